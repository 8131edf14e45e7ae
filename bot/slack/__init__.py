"""The Slack channel: questions in, answers in the thread; `app` puts it together."""
