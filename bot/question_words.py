"""The words that tell what a Chinese (or English) question asks for. Data, no more."""

from __future__ import annotations

import re
from enum import StrEnum


class Wants(StrEnum):
    """The kind of answer."""

    MONEY = "money"
    SHARE = "share"
    COUNT = "count"
    QUANTITY = "quantity"  # any number with a unit
    CHANGE = "change"
    DATE = "date"
    DURATION = "duration"
    RANK = "rank"
    PHONE = "phone"
    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    NAME = "name"
    REASON = "reason"
    LIST = "list"  # which ones, each of them
    YES_NO = "yes_no"
    PHRASE = "phrase"  # none of these: what, which, how


VALUES: frozenset[Wants] = frozenset(
    {
        *(Wants.MONEY, Wants.SHARE, Wants.COUNT, Wants.QUANTITY, Wants.CHANGE),
        *(Wants.DATE, Wants.DURATION, Wants.RANK, Wants.PHONE),
    }
)
NAMES: frozenset[Wants] = frozenset({Wants.PERSON, Wants.PLACE, Wants.ORGANISATION, Wants.NAME})


class Form(StrEnum):
    """What the answers of several kinds have in common; what is fitted is fitted for each."""

    VALUE = "value"
    NAME = "name"
    PHRASE = "phrase"

    @classmethod
    def of(cls, wants: Wants) -> Form:
        """The form of a kind of answer."""
        return cls.VALUE if wants in VALUES else cls.NAME if wants in NAMES else cls.PHRASE


RISES = "上升|增长|提高|增加|上涨|提升|增幅|涨幅|增速|涨|增"
FALLS = "下降|减少|降低|下跌|缩减|降幅|跌幅|跌|降"
CHANGES = f"{RISES}|{FALLS}"
FEES = (
    "钱|金额|费用|价格|票价|资金|收入|营收|利润|投资|工资|奖金|产值|预算|成本|销售额|货款|罚款|造价|单价|总价|"
    "售价|房租|押金|[出进]口额|交易额|总额|[^学浪免经]费(?!用|者|率)"
)
_CLASSIFIERS = (
    "平方公里|平方米|立方米|公里|千米|厘米|毫米|米|公顷|亩|吨|公斤|千克|克|升|摄氏度|度|千瓦时|人次|架次|个人|起|件|"
    "个|名|位|户|家|所|条|支|次|项|辆|台|套|篇|部|座|处|场|只|头|岁|届|层|楼|号|分|票|席|字|页|册|份|张|架|艘|枚|"
    "颗|株|棵|种|类|批|轮|期|级|例|口|趟|列|班|队|组|步|间|栋|幢|幅|集|首|门|科|片|箱|袋|包|股|单|笔|根|块|面|站|本|人"
)
_PLACES = (
    "自治区|自治州|国家|城市|地区|街道|社区|省份|大洲|省|市|县|区(?![别分])|镇|乡|村|国|州|旗(?![下舰号])|岛|洲|路(?!段)|街|"
    "山|河|湖"
)
_ORGANISATIONS = (
    "公司|单位|部门|机构|企业|集团|大学|学院|学校|中学|小学|医院|银行|报纸|日报|晚报|媒体|网站|组织|法院|检察院|"
    "公安局|派出所|委员会|协会|俱乐部|球队|乐队|政党|党派|军队|电视台|出版社|研究所|研究院|博物馆|图书馆|车站|机场|"
    "公园|酒店"
)
_LONG = "周年|年|个半月|个多月|个月|天|小时|个小时|分钟|秒|个星期|星期|周"

# In order: the first that is found tells the kind. Group 1, where there is one, is the unit or suffix.
PATTERNS: tuple[tuple[Wants, re.Pattern[str]], ...] = tuple(
    (wants, re.compile("".join(parts)))
    for wants, *parts in (
        (Wants.PHONE, "(?:电话|手机|热线|传真|内线|分机)(?:号码?)?(?:是|为)?(?:多少|几号|什么)?[?。]?$"),
        (
            Wants.REASON,
            "(?<![称名作视定评成认])为什么|为何|缘何|怎么会|(?:是)?(?:什么|啥)原因|原因(?:是什么|有哪些)?|why",
        ),
        (
            Wants.SHARE,
            "百分之(?:多少|几)|几成|多少(?:%|个?百分点)",
            "|(?:(?<=率)|(?<=比例)|(?<=占比)|(?<=比重)|(?<=份额)|(?<=满意度))(?:分别)?(?:是|为|达到?|有)?多少",
        ),
        (
            Wants.CHANGE,
            f"(?:{CHANGES})(?:了|到|至|达到?|是|为)?",
            f"(?:多少(?!{_CLASSIFIERS})|几(?:成|倍|个?百分点))",
        ),
        (Wants.MONEY, "(?:多少|几)(?:百|千|万|亿)*(钱|块钱|(?:美|欧|日|港|英)?元|人民币)"),
        (
            Wants.DATE,
            "几(?:月|号|日|点|时)|(?:西元|公元|民国)几年|哪(?:一)?(?:年|天|日|月)|哪个(?:月|年份|年代|世纪)|何(?:年|时|日)",
            "|什么(?:时候|时间|日子|年代)|啥时候|when|(?:what|which) year",
        ),
        (Wants.DURATION, f"(?:多少|几)(?:{_LONG})|多久|多长时间|how long"),
        (Wants.RANK, "第几(?:名|位)?|(?:排名|位列|名次|排)(?:第)?(?:多少|几|如何)"),
        (Wants.COUNT, f"(?:多少|(?<!哪)几)(?:百|千|万|亿)*({_CLASSIFIERS})"),
        (
            Wants.QUANTITY,
            "多少|(?<!哪)几(?![何乎])(?=[\u4e00-\u9fff])(?!.*(?:什么|哪|谁|如何|怎))|多(?:高|长|大|宽|重|远|深|快)",
            "|how (?:many|much|high|long|far)",
        ),
        (
            Wants.PERSON,
            "(?<=[员者长手师生人众民机])(?:名?叫|的?(?:名字|姓名)(?:叫|是))(?:什么|啥)(?:名字)?",
            "|(?<=经理|主任|书记|主席|总统|教授|冠军|儿子|女儿|父亲|母亲|妻子|丈夫)(?:名?叫|的?(?:名字|姓名)(?:叫|是))(?:什么|啥)(?:名字)?",
            "|姓名(?:是)?什么",
        ),
        (Wants.PERSON, "是?谁|哪(?:一|些|几)?(?:位|人)(?!次)|何人|什么人|who"),
        (Wants.PLACE, f"哪(?:一?个|一?座|一|些|几个|几座|条)?({_PLACES})|什么({_PLACES})"),
        (
            Wants.PLACE,
            "(?:在|到|从)?(?:哪里|哪儿|何处|何地|什么地方|啥地方|哪个地方)|(?:在|到|去|从|于)哪(?![一个些位几年天种家所项类本部支只座])|where",
        ),
        (
            Wants.ORGANISATION,
            f"(?:哪(?:一?个|一?家|一?所|一|些|几家|几个|支)?|什么)({_ORGANISATIONS})|哪一?[家所]",
        ),
        (
            Wants.NAME,
            "叫(?:做|作)?(?:什么|啥)(?:名字?|名称)?|名(?:叫|为|称是|字是)什么",
            "|(?:被)?称(?:为|作|呼)(?:什么|啥)|什么(?:名字|名称|称号|奖项|奖)",
        ),
        (Wants.LIST, "(?:是|有|为)?(?:哪些|哪几\\w)(?!年|天|月|日|个月|小时)"),
        (Wants.YES_NO, "是否|是不是|有没有|能不能|会不会|可不可以|吗[?。]?$"),
        (
            Wants.PHRASE,
            r"(?:是|有|为)?(?:什么|啥|哪(?:一?[个种项类方面部])?|怎么样?|怎样|如何)",
            "|what|which|how",
        ),
        # No question word: the last word may say the kind (office people type 办公电话, 截止时间).
        (Wants.MONEY, f"(?:{FEES})[?。]?$"),
        (Wants.DATE, "(?:时间|日期|年份)[?。]?$"),
        (
            Wants.PERSON,
            "(?<=[的》”」任届])(?:导演|编剧|作者|主演|主持人|负责人|联系人|得主|市长|省长|县长|校长|院长|局长|主席|总统|总理|首相|董事长|总经理|行政长官)[?。]?$",
        ),
        (Wants.PLACE, "(?:举办国|主办国|主席国|国籍|首都|省会|举办地|所在地|产地|出生地|研发国家)[?。]?$"),
        (Wants.SHARE, "(?:(?<=率)|(?<=比例)|(?<=占比)|(?<=比重))[?。]?$"),
        (Wants.PLACE, "(?:地点|地址|位置)[?。]?$"),
        (Wants.QUANTITY, r"(?:数量|人数|次数|总数|面积|长度|高度|规模|\w[数量额])[?。]?$"),
    )
)

# What makes a question word; a hole without one (办公电话, 截止时间) says what is asked of in itself.
ASKING = re.compile("[多几哪谁何吗啥怎]|什么|是否|有没有|能不能|如何|[a-z]")

# Words that ask and do not tell: a passage that holds them is no nearer to the question. In folded text.
QUESTION_WORD = re.compile(
    "[为是]?什么(?:时候|时间|样)?|哪一[年个位种]|哪[些个里儿位种年]|哪(?!咤)|多少|多(?:久|长时间)|如何|怎么样|怎么|怎样|"
    "谁|何[时地种处年]|为何|请问|是否|有没有|分别|吗(?!啡)"
)

SAME_UNITS: tuple[frozenset[str], ...] = tuple(
    frozenset(line.split())
    for line in (
        "人 名 位 人次 口 万人 个人",
        "起 件 宗 例",
        "家 个 所 户",
        "元 块 块钱 人民币 元人民币",
        "公里 千米 km",
        "公斤 千克 kg",
        "届 次",
        "支 个",
        "处 个 座",
        "项 个 条",
        "篇 部 本 册",
        "辆 台",
        "套 间 个",
        "票 张",
        "种 个 类",
        "株 棵",
        "场 次",
        "度 摄氏度 ℃",
        "平方公里 平方千米",
    )
)

# Words that every question may hold, and that tell nothing of what it is about.
STOP: frozenset[str] = frozenset(
    (
        "的 了 是 在 被 为 比 和 与 及 或 而 于 从 到 由 对 向 把 将 给 让 以 其 之 这 那 该 此 个 都 也 还 又 就 "
        "才 只 有 没有 吗 呢 吧 啊 请问 请 问 告诉 我 我们 你 您 他 她 它 他们 一共 共 总共 共有 共计 达到 达 约 "
        "大约 是否 哪 哪个 哪些 什么 怎么 如何 多少 几 第 座 名 位 件 起 家 时候 时间 叫 叫做 称 称为 其中 当中 "
        "分别 以及 关于 根据 之后 以后 之前 以前 最 可以 能 会 要 应 上 下 中 里 内 外 前 后 时 年 月 日 号 "
        "the a an of in is are was were what which who when where how many much did do does to for on by and"
    ).split()
)

# What a question asks after, and the words that sentences answering it use.
CUES: dict[str, tuple[str, ...]] = {
    asked: tuple(cues.split())
    for line in (
        "别名: 又名 别称 又称 亦称 俗称 也叫 也称 亦作 别名 又叫",
        "原名 本名 真名: 原名 本名 真名 旧称",
        "死 去世 逝世: 死 去世 逝世 病逝 卒 身亡 遇难 病故 离世 牺牲 驾崩 薨",
        "位于 在哪 哪里 地址 地点: 位于 坐落 地处 位在 处于 设在 举办 举行 召开",
        "总部: 总部 位于",
        "职务 官职 职位: 任 担任 出任 就任 兼任 授",
        "职业 工作: 是 任 从事",
        "原因 为什么 为何 缘何: 因为 由于 因 所以 因此 导致 造成 为了 为 鉴于 使得",
        "目的: 为了 旨在 以便 目的 为",
        "作者 创作 谁写: 作者 撰写 著 写 创作 作品 编 绘",
        "毕业: 毕业 就读 学位 入读",
        "出生: 生于 出生 诞生",
        "症状: 症状 表现 导致",
        "评价: 称 认为 评价 指出",
        "用途 作用 用来: 用于 用作 用来 作用 能够 可以",
        "特点 特征 特色: 特点 特征 呈 具有",
        "外形 外观: 呈 形 色 体",
        "组成 构成: 组成 构成 包括 分为 由",
        "包括 包含 哪些: 包括 包含 有 分为 、",
        "面积 多大: 面积 平方 公顷 亩",
        "分布: 分布 产于 见于 生长",
        "关系: 之子 之女 父 母 兄 弟 妻 夫 儿子 女儿 关系",
        "成立 创立 创办: 成立 创立 创办 建立 创建 组建",
        "建成 竣工 完工 落成: 建成 竣工 落成 完工 启用",
        "开工: 开工 动工 奠基 启动",
        "上映 播出: 上映 公映 首映 播出 首播 播映",
        "参加 参与: 参加 参赛 参与 出席",
        "获得 得了 拿: 获得 获 荣获 夺得 赢得 取得 捧回",
        "奖项 什么奖: 奖 获",
        "意思 含义: 意为 意思 意指 指 即",
        "代表 象征: 代表 表示 象征",
        "退回 退还 退: 返还 退还 退回 退赔",
        "花 耗资 投入: 投资 投入 耗资 花费 斥资",
    )
    for names, cues in [line.split(": ")]
    for asked in names.split()
}

# Words of which one in a text is not told by another: who asks 新收 is not answered with 审结.
CONTRASTS: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split())
    for line in (
        "新收 审结 办结 结案",
        "立案 破案",
        "开工 动工 竣工 完工 贯通 通车 建成 投产 投用 封顶",
        "同比 环比",
        "进口 出口",
        "收入 支出",
        "买入 卖出",
        "流入 流出",
        "出生 死亡",
        "城镇 农村",
        "最高 最低",
        "最大 最小",
        "最早 最晚",
        "首播 停播 大结局",
        "成立 解散 注销",
        "入学 毕业",
        "开幕 闭幕",
        "上任 卸任",
        "上半年 下半年 全年",
        "男性 女性",
        "男子 女子",
        "单打 双打",
    )
)
