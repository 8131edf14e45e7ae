"""The words of the sign-in page."""

from __future__ import annotations

from typing import Any

ZH: dict[str, Any] = {
    "title": "登录",
    "hint": "请填写管理员给你的令牌，或直接打开他发来的链接。",
    "label": "令牌",
    "sign_in": "登录",
    "sign_out": "退出",
    "leaves": "退出登录，并清除这个浏览器里的历史",
    "wrong": "令牌不对，请核对后再试。",
    "wait": "试错的次数太多了，请等一分钟再试。",
}

EN: dict[str, Any] = {
    "title": "Sign in",
    "hint": "Enter the token that your administrator gave you, or open the link they sent.",
    "label": "Token",
    "sign_in": "Sign in",
    "sign_out": "Sign out",
    "leaves": "Sign out, and clear the history in this browser",
    "wrong": "That token is wrong; check it and try again.",
    "wait": "Too many wrong tokens; wait a minute and try again.",
}
