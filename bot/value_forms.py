"""How values are written in folded Chinese text: their patterns. Data, no more."""

from __future__ import annotations

import re

from bot.numerals import DIGITS, HAN, SCALE


def _any(*forms: str) -> str:
    return f"(?:{'|'.join(forms)})"


MASK = "[*×■□●○]"
_MASKED = rf"(?:(?=[\d.,]{{0,12}}{MASK})(?:\d|{MASK})+(?:[.,](?:\d|{MASK})+)*|x{{2,}})"  # *.** and, in part, 1**

# Units. What must not follow keeps words apart that begin with one: 名单, 分别, 家庭.
_MONEY = _any(
    "[美欧日港英澳加韩卢]?元(?:人民币)?",
    r"(?<=元\d)角",
    "角(?=[纸钱硬])",
    "毛(?=钱)",
    *"人民币 块钱 块 美金 英镑 卢布 法郎 港币".split(),
)
_SHARE = "(?:%|‰|个百分点|百分点|倍|番(?![茄薯禺])|成(?![为立功都果员长本绩就效人年]))"
_MEASURE = _any(
    *"平方公里 平方千米 平方米 立方米 立方 千瓦时 公里 千米 毫米 厘米 米 公顷 亩 吨 公斤 千克 斤 克 毫升 升".split(),
    *"摄氏度 度 ℃ ° 百帕 千伏 兆瓦 千瓦 瓦 赫兹 分贝 海里 英里 英尺 英寸 磅 km kg mm cm".split(),
)
_CLASSIFIER = _any(
    "[人家户批件台艘架车班场辆项列]次",
    "名(?![单义称誉牌])",
    "位(?![于居列置])",
    "家(?![庭长居园具电乡属])",
    "分(?![别为局管析布类子])",
    "周?岁",
    "部(?![门分队长署])",
    *"万人 人 户 起 件 宗 个 大类 所 条 支 次 项 辆 台 套 篇 座 处 场 只 头 届 层 楼 号 票 席 字 页 册 份".split(),
    *"张 架 艘 枚 颗 株 棵 种 类 批 轮 期 代 级 例 口 趟 列 班 对 队 组 盘 步 间 栋 幢 幅 集 首 门 科 款".split(),
    *"艇 匹 剂 片 粒 桶 瓶 箱 袋 包 车 船 盒 罐 杯 碗 双 桌 卷 具 顿 桩 点 股 手 单 笔 道 眼 孔 根 块 面 节".split(),
    *"站 宿 餐 本 盏 把 副 尊 尾 枝 封".split(),
)
_LONG = _any(
    "年(?![代级龄轻货薪])半?",
    "个(?:多|半)?月",
    "周(?![年岁边围期末一二三四五六日])",
    "日(?=[内均游]|以内|之内)",
    "个?工作日",
    *"周年 个半小时 个小时 小时 分钟 秒钟 秒 个星期 星期 天 昼夜 个世纪 世纪 学年 学期".split(),
)

# Around the number.
_HEDGE = _any(
    "(?<![预节签合违条公契])约",
    "(?<![最附临邻靠])近",
    "(?<![中高])超",
    "上(?=[十百千万亿])",
    "过(?=[百千万亿])",
    *"大约 大概 将近 接近 超过 逾 不足 不到 不低于 不少于 不超过 不高于 至少 最多 最高 高达 多达 低于 少于".split(),
)
_SIGN = r"(?<![\da-z%‰℃°元年月日)])-|零下|负"
_MORE = "(?:余|多|来(?![自源到])|几)?"
_AFTER = "(?:以上|以下|以内|左右|上下|多(?![元样种方维层边重])|余|有余)?"
_PER = f"(?:/{_any(_LONG, _MEASURE, '[人月日次台辆户件股桶瓶张份]', '盎司')})?"  # 30.5元/吨
_NUMBER = _any(
    _MASKED,
    DIGITS,
    HAN,
    "(?<=[上近约超逾过])[万亿]",  # 上万人
    r"(?<![\d一二三四五六七八九十百千])[万亿](?=[余多])",  # 万余人
)
TO = " ?(?:-|~|—+|–|至|到) ?"
_STARTS = r"\d*×■□●○x一二两三四五六七八九十百千零〇半数几万亿大约将接近超逾不至最高多低少上过负\-"
QUANTITY = re.compile(
    rf"(?=[{_STARTS}])(?P<hedge>(?:{_HEDGE} ?)?)"  # the look ahead makes it three times as fast
    rf"(?P<over>百分之|千分之|(?:{DIGITS}|{HAN}|{_MASKED})分之)?(?P<sign>{_SIGN})?"
    rf"(?:(?P<first>{_NUMBER}(?P<first_scale>{SCALE})?){TO})?"
    rf"(?P<number>{_NUMBER}(?:{SCALE}(?=\d)\d+(?={SCALE}))?)"  # 3亿2000 of 3亿2000万
    rf"(?P<scale>(?: (?=[余多万亿千百几]))?(?:{_MORE}{SCALE}{_MORE}|{_MORE}))"
    rf"(?: ?(?:(?P<money>{_MONEY})|(?P<share>{_SHARE})|(?P<long>{_LONG})"
    rf"|(?P<measure>{_MEASURE})|(?P<count>{_CLASSIFIER})))?"
    rf"(?(money){_PER}|(?(measure){_PER})){_AFTER}"
)
RATIO = re.compile(r"(?<![\d.:*])(?:\d+(?:\.\d+)?|\*+)(?:比|:|∶)(?:\d+(?:\.\d+)?|\*+)(?![\d:*年月日万亿%])")
HALF = re.compile("(?=[近超过半一])(?:近|超过?|过)?(?:半数(?:以上)?|(?<![另上下])一半(?:以上)?)")

# Dates, times and ranks.
_YEAR = _any(
    r"(?<!\d)(?<!\d\.)(?<![近约达逾超])[12]\d{3}",
    "[一二][零〇一二三四五六七八九]{3}",
    rf"(?<!连续)(?=\d*{MASK})(?:\d|{MASK}){{4}}",
    "x{4}",
)
_PART = _any(r"(?<!\d)(?<!\d\.)\d{1,2}", "[一二三四五六七八九十]{1,3}", f"{MASK}{{1,2}}", "x{2}")
_UNTIL = "[-—–~至到]"
SEASON = "(?:第?[一二三四1-4]季度|上半年|下半年|半年度?|前[一二三四五六七八九]个月|度)"
_OF_MONTH = "份|底|初|末|上旬|中旬|下旬"
_DECADE = r"(?:\d0|[一二三四五六七八九]十)年代"
DATE = re.compile(
    r"(?=[\d公民第上下本x一二三四五六七八九十*×■□●○])"
    + _any(
        rf"(?:公元前|公元|民国)?(?:{_YEAR}{_UNTIL})?{_YEAR} ?年(?!的?历史)(?:底|初|末|代[初末]?|{SEASON})?"
        rf"(?: ?(?:{_PART}{_UNTIL})?{_PART} ?月(?:{_OF_MONTH})?(?: ?{_PART} ?[日号])?)?",
        f"{_YEAR}(?=(?:[、和及与]{_YEAR})*[、和及与]{_YEAR}年)",  # 2019、2020年
        f"(?:{MASK}|x){{1,4}}年{_PART}月(?:{_PART}[日号])?",
        rf"{_PART} ?月{_PART} ?[日号]?{_UNTIL}(?:{_PART}月)?{_PART} ?[日号]",  # 8月14—16日
        f"{_PART} ?月(?: ?{_PART} ?[日号]|{_OF_MONTH})",
        f"{_PART}{_UNTIL}{_PART}月份?",
        f"{_PART} ?月",
        f"{_PART} ?日(?![内游均])",
        r"\d0年代",
        r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)",
        r"(?<![\d-])(?:19|20)\d\d[-/](?:0[1-9]|1[0-2])(?![\d-])",
        rf"(?<!\d)(?:19|20)\d\d{_UNTIL}(?:19|20)\d\d(?:财年|学年|赛季)?(?![\d万亿元人个%])",
        rf"(?:上|本|\d{{1,2}}|[*]{{1,2}}|十[一二三四五六七八九]|二十一?)世纪{_DECADE}",
        f"上世纪{MASK}{{2,4}}(?:年代)?",
        r"(?:公元前|公元)\d+年",
        "[上下]半年",
        "第?[一二三四]季度",
    )
)
_HOUR = r"(?:[01]?\d|2[0-4])"
_MINUTES = rf"(?:(?:\d{{1,2}}|{MASK}{{1,2}})分)?"
CLOCK = re.compile(
    r"(?=[\d上下凌清晚早中傍深一二三四五六七八九十*×■□●○])"
    "(?:(?:上午|下午|凌晨|清晨|晚上|早上|早晨|中午|傍晚|深夜|晚|早) ?)?"
    r"(?<![\d.:比])(?<!比例)(?<!比为)(?<!例为)"  # a ratio has no time
    + _any(
        rf"{_HOUR}:[0-5]\d(?::[0-5]\d)?(?![\d:])",
        rf"(?:{_HOUR}|{MASK}{{1,2}})时{_MINUTES}(?![间代期差])",
        rf"(?<![升涨跌降第报]){_HOUR}点(?:\d{{1,2}}分|半|整)?(?![间代期位名])",
        "[一二三四五六七八九十]{1,3}点(?:钟|半|多|整|许)",
    )
    + "(?!钟)"
)
RANK = re.compile(
    rf"(?=[第全世亚1-5])(?:(?:全[国省市区县球]|世界|亚洲|全行业)?"
    rf"第(?P<number>[一二三四五六七八九十百]+|\d+|{MASK}+|x{{2,}})"
    rf"(?!时间|书记|责任人|人称|[线手方者产夫季性章条款])(?:{_LONG}|{_CLASSIFIER})?|[1-5]a级)"
)

# Masks, and what only looks like one.
MASKS = re.compile(rf"{MASK}|x{{2,}}", re.IGNORECASE)
MASKED_DECIMAL = re.compile(rf"{MASK}+\.{MASK}+")
TIMES = re.compile(r"(?<=\d)×(?=\d)")
ZEROS = re.compile("(?<=[一二三四五六七八九])○+(?=[一二三四五六七八九年])|(?<=[一二][一二三四五六七八九〇])○")
BOLD = re.compile(  # what markdown leaves: **3.5亿元**, **重点**; not **市…**, whose name is masked
    r"(?<!\*)\*\*((?:约|近|超过?)?\d[\d.,]* ?[\u4e00-\u9fff%‰]{0,6})\*\*(?!\*)"
    r"|(?<![\w*])\*\*((?![省市县区州旗盟镇乡村路街])[\u4e00-\u9fff]{2,12})\*\*(?![\w*])"
)

# Numerals that count nothing.
IDIOMS = re.compile(
    "一一|十字|四处|六盘水|零[部件点]|十分|二[次手期级号代类部]|[一二三四五六七八九两][面手步把]|[一二三四五六七八九十][位体]一体|百度"
)
QUOTED = re.compile(r"[“「『《‘\"][^”」』》’\"]{0,9}[”」』》’\"]")
LONE_UNITS = frozenset("人 例 岁 人次 架次".split())  # 一人, 几例: what 一 and 几 do count
ENDING_UNITS = frozenset("起 件 个 名 家 辆 台 所 座 支 项 处 位 例".split())  # 发生火灾一起。
LIST_HEAD = re.compile(rf"(?<![\w.,*])(?:(?:{DIGITS}|{MASK}+)、)+$")
YEAR_ALONE = re.compile(r"(?:19|20)\d\d")
SMALLER_UNITS = frozenset("分 分钟 秒 秒钟 小时 天 个月 周".split())  # what follows in 2小时19分08秒
