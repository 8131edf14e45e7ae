"""The words of the page of the index."""

from __future__ import annotations

from typing import Any

ZH: dict[str, Any] = {
    "empty": "还没有索引",
    "run": "请在服务器上运行：",
    "own_folder": "要索引自己的文件夹：",
    "counts": {"files": "文件", "documents": "文档", "passages": "段落", "tables": "表格"},
    "built": "建于",
    "ago": {
        "now": "刚刚",
        "minutes": "{} 分钟前",
        "hours": "{} 小时前",
        "days": "{} 天前",
        "months": "{} 个月前",
        "years": "{} 年前",
    },
    "generation": "版本",
    "skipped": "没有读入的 {} 处",
    "oddities": "需要留意的 {} 处",
    "times": "{} 处",
    "mend": "办法：",
    "more": "还有 {} 处，全部列在 /api/index",
    "documents": "文档",
    "filter_label": "按标题或来源筛选",
    "filter": "筛选",
    "found": "找到 {} 份文档。",
    "all": "显示全部",
    "columns": ["标题", "来源", "发布", "日期"],
    "paging": "翻页",
    "previous": "上一页",
    "next": "下一页",
    "of_pages": "第 {} 页，共 {} 页",
}

EN: dict[str, Any] = {
    "empty": "There is no index yet",
    "run": "On the server, run:",
    "own_folder": "To index a folder of your own:",
    "counts": {"files": "files", "documents": "documents", "passages": "passages", "tables": "tables"},
    "built": "Built",
    "ago": {
        "now": "just now",
        "minutes": "{} min ago",
        "hours": "{} h ago",
        "days": "{} d ago",
        "months": "{} months ago",
        "years": "{} years ago",
    },
    "generation": "Version",
    "skipped": "Not read: {}",
    "oddities": "Worth a look: {}",
    "times": "{} ×",
    "mend": "Mend: ",
    "more": "{} more, all listed at /api/index",
    "documents": "Documents",
    "filter_label": "Filter by title or source",
    "filter": "Filter",
    "found": "Documents found: {}.",
    "all": "Show all",
    "columns": ["Title", "Source", "Publisher", "Date"],
    "paging": "Pages",
    "previous": "Previous",
    "next": "Next",
    "of_pages": "Page {} of {}",
}
