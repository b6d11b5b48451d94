"""How a draft says what it must not: one row per way of saying it, with what must or must not stand beside it.

A trigger begins with letters, so that most of a text is passed over at once.
"""

import re
from typing import NamedTuple

from marketplace.needs.linting_words import (
    ALREADY_THERE,
    ASKED,
    AT_LEAST,
    BRANCH,
    CREDIT,
    DIGITS,
    ELSEWHERE,
    EQUAL,
    GRADE,
    HERE,
    IN_PART,
    IN_SENTENCE,
    ITEM,
    KNOWN_BRANDS,
    NAMED_PLACE,
    NO_NAME,
    OWNERSHIP,
    PROVEN,
    SIZE,
    SUBJECT,
    THREE_NAMES,
    TRADES,
    VOLUNTARY,
)


class Pattern(NamedTuple):
    """One way of saying what `code` is about.

    `trigger` are the words quoted; `beside` must be in the same part of the sentence (between commas), `needs` anywhere
    in the sentence, `unless` nowhere in it. `firm` patterns contain the negation themselves.
    """

    code: str
    trigger: re.Pattern[str]
    needs: re.Pattern[str] | None = None
    beside: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    firm: bool = False


def _say(
    code: str, trigger: str, *, needs: str = "", beside: str = "", unless: str = "", firm: bool = False
) -> Pattern:
    made = [re.compile(words, re.IGNORECASE) if words else None for words in (needs, beside, unless)]
    return Pattern(code, re.compile(trigger, re.IGNORECASE), *made, firm)


PATTERNS: tuple[Pattern, ...] = (
    # A brand, a model, a maker.
    _say(
        "brand.named",
        rf"品牌(?:型号|及型号|/型号|名称)?\s*[:=为是]\s*[“\"]?(?!{NO_NAME}|如|有)[A-Za-z\u4e00-\u9fff]{{2,16}}",
        unless=rf"{EQUAL}|{THREE_NAMES}",
    ),
    _say(
        "brand.named",
        rf"(?:指定|限定|仅限|只限|须为|须是|必须为|必须是|须采用|须使用|必须采用|必须使用|必须选用)(?:使用|采用|选用|为|是)?\s*[“\"]?(?!{NO_NAME})"
        r"[A-Za-z\u4e00-\u9fff·、/]{2,24}?[”\"]?(?:\([^)\n]{1,16}\))?(?:等)?的?(?:品牌|(?<![铭标示识车门号吊招挂告品名胸路灯站底铜奖])牌(?![照匾子号]))",
        unless=EQUAL,
    ),
    _say(
        "brand.named",
        rf"(?:采用|选用|使用|采购|配置|配备)\s*[“\"]?(?!{NO_NAME})(?:[A-Za-z]{{2,16}}|{KNOWN_BRANDS})[”\"]?(?:\([^)\n]{{1,16}}\))?(?:等)?的?(?:品牌|牌)",
        unless=EQUAL,
    ),
    _say(
        "brand.named",
        KNOWN_BRANDS,
        unless=rf"{EQUAL}|{ALREADY_THERE}|{THREE_NAMES}|(?:{KNOWN_BRANDS})(?:[、/,或和及]+[^、/,或和及。;\n]{{2,10}}){{2}}",
    ),
    _say(
        "brand.model",
        r"型号\s*[:=为是]\s*(?!Q\d|CAT|M\d|C\d|P\.?O|YJ|BV|RV|KV|ZR|WDZ|YC|GB|LED|DN|PN|IP|Ex)[A-Z]{1,6}[-_ ]?\d[A-Z0-9/_-]{0,18}",
        unless=rf"{EQUAL}|{ALREADY_THERE}",
    ),
    _say(
        "brand.famous",
        r"(?:国际|国内外|国内|世界|行业)?(?:知名|著名|一线|驰名|名优|大)品牌|名牌(?:产品|企业)|(?:品牌|生产厂家)知名度",
    ),
    _say(
        "maker.proof",
        rf"(?:原厂商?|厂家|厂商|制造商|生产商|生产厂|生产企业|品牌方){IN_PART}{{0,14}}?"
        r"(?:授权(?!的?(?:代表|人|委托人|服务|维修|经销|代理商|网点|技师|工程师|技术|售后|使用|码))|承诺函|背书|证明函)",
        needs=rf"{ASKED}|提供|出具|具有|提交",
        unless=r"进口|如有|若有",
    ),
    _say(
        "maker.only",
        rf"(?:{SUBJECT}){IN_PART}{{0,4}}?(?:须|必须|应当?|需)(?:是|为){IN_PART}{{0,8}}?(?:生产厂家|制造商|生产商|生产企业|原厂商?|代理商|经销商)",
        unless=r"均可|或(?:者)?(?:经销商|代理商|贸易商|供应商)|不限|进口",
    ),
    _say(
        "supplier.named",
        rf"(?:须由|必须由|须采用|必须采用|须使用|必须使用|指定由?|仅限由?|只限由?|采用|选用|使用|购买){IN_PART}{{2,20}}?"
        r"(?:(?:有限|股份|责任)公司|集团|制造厂)(?:生产|制造|供货|提供|的产品|产品)",
        unless=rf"{EQUAL}|采购人|中标|成交",
    ),
    # Where the supplier is.
    _say(
        "place.local",
        rf"(?:仅限|只限|限于?|只接受|仅接受|优先(?:选择|考虑|选用|采购|邀请)?|须为|必须为|应为|须是|必须是)(?:在)?(?:{HERE}|{NAMED_PLACE})(?:的|内|境内|范围|行政区域|依法|工商|注册|登记|生产|制造|优质|优秀|中小|民营|应急|消防){{0,4}}"
        r"(?:企业|供应商|公司|厂家|厂商|单位|投标人|产品|品牌)",
        unless=r"农副产品|供货到|送至",
    ),
    _say("place.local", rf"(?:{HERE})的?(?:企业|供应商|公司|厂家|生产企业|投标人)", beside=ASKED),
    _say(
        "place.local",
        rf"(?:{ELSEWHERE}){IN_PART}{{0,12}}?(?:不得(?!被|歧视|排斥|拒绝)|不予|不能|不接受|谢绝|除外|拒绝)",
        firm=True,
    ),
    _say("place.local", rf"(?:不接受|谢绝|拒绝|不考虑)(?:{ELSEWHERE})"),
    _say(
        "place.registered",
        rf"(?:{HERE})(?:范围|行政区域|境)?内?(?:依法)?(?:工商)?(?:注册|登记)(?!商标)",
        needs=rf"{ASKED}|{SUBJECT}|{ITEM}",
    ),
    _say(
        "place.registered",
        rf"注册(?:地|地址|所在地){IN_PART}{{0,6}}?(?:在|为|位于|属于?)(?:{HERE}|{NAMED_PLACE})",
        needs=rf"{ASKED}|{SUBJECT}|{ITEM}",
    ),
    _say(
        "place.branch",
        rf"(?:设有|设立|具有|拥有|成立|开设|具备|注册|有)(?:常驻|固定|独立|专门|的|\s){{0,3}}(?:{BRANCH})",
        beside=rf"{HERE}|{NAMED_PLACE}",
        needs=rf"{ASKED}|{SUBJECT}|{ITEM}",
        unless=r"(?:中标|成交|签订合同|合同签订|签约)后|承诺",
    ),
    _say(
        "place.distance",
        rf"距离?(?:采购人|甲方|本单位|项目|用户){IN_PART}{{0,14}}?(?:公里|千米|km|车程)",
        needs=rf"{SUBJECT}|厂|注册地|服务网点|[得加]\s*\d|优先",
    ),
    # Size, age, ownership.
    _say(
        "scale.size",
        SIZE,
        beside=AT_LEAST,
        unless=r"声明函|划型|划分标准|中小企业|小微|税率|保险|赔偿|限额|补贴",
    ),
    _say(
        "scale.years",
        rf"(?:成立(?:时间|年限)?|注册(?:时间)?|经营(?:年限|时间|期限)|持续经营|从业年限|营业执照){IN_PART}{{0,8}}?"
        rf"(?:满|不[少低短]于|超过|达到?|≥|至少)\s*{DIGITS}{{1,3}}\s*(?:个)?周?年",
        unless=r"项目经理|负责人|工程师|人员|教练|质保|保修|商标",
    ),
    _say("scale.years", rf"(?:成立|注册|经营){DIGITS}{{1,3}}周?年(?:以上|及以上)", unless=r"人员|工程师|商标"),
    _say(
        "owner.form",
        OWNERSHIP,
        beside=ASKED,
        unless=r"专门面向|中小企业|小微|监狱|残疾人|平等|均可|同等",
    ),
    _say(
        "owner.form",
        rf"(?:不接受|不得为|谢绝|拒绝){IN_PART}{{0,6}}?(?:个体工商户|合伙企业|个人独资|自然人|民营企业)",
        firm=True,
    ),
    _say(
        "owner.legal_person",
        r"独立(?:企业|事业)?法人(?:资格|单位|企业|机构)?",
        needs=ASKED + "|具有|具备",
        unless=r"其他组织|非法人",
    ),
    # Performance and prizes of a place or a trade.
    _say(
        "award.region",
        rf"(?:(?:{HERE})(?:范围|行政区域)?内?|(?<!全)省[市]?级|{NAMED_PLACE}(?:范围|行政区域)?内?){IN_PART}{{0,14}}?(?:{PROVEN})",
        needs=rf"{ASKED}|具有|提供",
        unless=r"不限地区|全国",
    ),
    _say(
        "award.industry",
        rf"(?:{TRADES})(?:行业|系统|部门|领域|单位){IN_PART}{{0,14}}?(?:{PROVEN})",
        needs=rf"{ASKED}|具有|提供",
    ),
    # Scoring and vague words.
    _say(
        "score.grades",
        r"(?<![质择从更最])优秀?(?![质先惠势化美选异])(?:的|为|者|级|档)?\s*[、,/(:得\d-][^。]{0,20}?良好?[^。]{0,24}?(?:中|一般|合格|差)",
        needs=r"\d\s*分|得分|评分|分值|打分|评审|评价",
        unless=rf"(?:{GRADE})[\d.]*\s*(?:个)?(?:小时|分钟|天|日|米|m|%|人|台|项|年|公里|kW|以内)",
    ),
    _say(
        "score.discretion",
        rf"酌情{IN_PART}{{0,6}}?分|(?:评委|专家|评审|评标|磋商|谈判){IN_PART}{{0,8}}?(?:自行|酌情|主观|自主){IN_PART}{{0,6}}?(?:分|判断|评定|掌握)"
        r"|横向比较|视(?:具体)?情况(?:给|得|加|扣|酌)",
        needs=r"分",
    ),
    _say(
        "score.adjective",
        rf"(?:较好|最好|先进|优秀|完善|合理|可行|良好|较差|一流|详细|全面|清晰){IN_SENTENCE}{{0,16}}?(?:得|加)\s*\d[\d.~-]*\s*分",
        unless=rf"优秀?{IN_SENTENCE}{{0,40}}?良|每{IN_PART}{{0,10}}?[扣得加]",
    ),
    _say(
        "words.vague",
        r"(?:国际|国内|世界|业内|行业|同类)(?:产品)?(?:先进|领先|一流)(?:水平|技术)?|(?:技术|性能|工艺|质量|品质)(?:先进|一流|领先|卓越|优越|上乘|优良|过硬)"
        r"|一流的?(?:产品|质量|服务|品质|水平|设备)",
        unless=r"示范|规划|试点|建设目标|党|表彰|得\s*\d|评分",
    ),
    # Certificates nobody must have, lists one must be on, and other hurdles.
    _say(
        "cert.voluntary",
        VOLUNTARY,
        needs=r"须|必须|应当|应(?![急对用答力变])|★|资格|否则|无效|具有|具备|不满足",
        unless=r"[得加]\s*\d|加分|得分|自愿|如有|若有|同等|等同",
    ),
    _say("cert.credit", CREDIT, needs=rf"{ASKED}|具有|提供", unless=r"信用中国|失信"),
    _say(
        "entry.list",
        r"备选库|名录库|资格库|供应商库|入围(?:名单|供应商|企业)|短名单",
        needs=r"须|必须|方可|仅限|只限|资格|才能|优先",
        unless=r"框架协议",
    ),
    _say(
        "entry.attend",
        rf"法定代表人{IN_PART}{{0,4}}?(?:必须|须|应|本人|亲自){IN_PART}{{0,6}}?(?:到场|参加|领取|领购|出席|递交)",
        unless=r"或(?:其|者)?(?:委托|授权|被授权)|委托代理人",
    ),
    _say(
        "goods.import",
        r"原装进口|纯进口|进口品牌|进口原装|(?:须为|必须为|须采用|必须采用|限|要求)进口(?:产品|设备|货物|件)",
        unless=r"国产|核准|论证|批准",
    ),
    _say(
        "docs.sample",
        rf"(?:提供|提交|递交|送){IN_PART}{{0,6}}?样品",
        needs=r"投标|响应|开标|评审|评标|[得扣加]\s*\d|无效",
        unless=r"(?:中标|成交|签订合同|合同签订)后|封样|抽样|无需|不需|不要求|样品(?:的)?制作",
    ),
    _say("price.min", r"最低限价|最低控制价|报价不得低于[^成其,。;\n]{0,8}?\d"),
    # Money.
    _say(
        "bond.cash",
        rf"(?:保证金{IN_SENTENCE}{{0,24}}?(?<!非)现金|(?<!非)现金{IN_SENTENCE}{{0,14}}?保证金)",
        unless=r"非现金|保函|不接受现金|不得(?:以|使用|采用)现金|现金除外",
    ),
    _say(
        "pay.condition",
        rf"(?:(?:财政|上级|专项|中央|省级)(?:补助|拨付|专项|预算)?(?:资金|拨款|经费|款项)?{IN_PART}{{0,6}}?(?:到位|拨付|下达|到账)"
        rf"|审计(?:结束|完成|结论|结果|报告)?{IN_PART}{{0,6}}?后|收到(?:第三方|业主|上级|总包|财政){IN_PART}{{0,8}}?款?{IN_PART}{{0,4}}?后)"
        rf"{IN_SENTENCE}{{0,16}}?(?:支付|付款|付清|结算)",
        unless=r"不得以",
    ),
    _say("pay.advance", r"垫资|全额垫付|全额垫支", beside=r"须|需|应|由|承担|能力|接受"),
    _say(
        "date.zero",
        rf"(?:交货|供货|交付|到货|送货|工)(?:期限?|时间){IN_PART}{{0,8}}?(?:(?<![\d.])0\s*(?:个)?(?:工作日|日历天|小时|天|日)|当[天日](?![起算])|即[时刻]|立即|马上)",
    ),
)
