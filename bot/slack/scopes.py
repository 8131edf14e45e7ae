"""What the bot asks of a workspace: the scopes of its token, as ``slack/manifest.yaml`` has them."""

from __future__ import annotations

SCOPES = {  # what each lets the bot do
    "app_mentions:read": "be mentioned",
    "channels:history": "take follow-ups in public channels, and see what it has posted",
    "chat:write": "answer",
    "commands": "be asked by /ask",
    "groups:history": "take follow-ups in private channels, and see what it has posted",
    "im:history": "be asked in direct messages",
    "mpim:history": "be asked in direct messages of several people",
    "reactions:write": "show that it is at work",
}
APP_SCOPE = "connections:write"  # of the app-level token
