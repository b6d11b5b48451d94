"""The words of the trade by which a draft's faults are recognised; `linting_patterns` puts them together.

All patterns meet text in which full-width signs are already ASCII. Quantifiers are bounded and never nested, so that no
text makes them slow.
"""

import re

IN_PART = r"[^,。;!?\n]"
IN_SENTENCE = r"[^。;!?\n]"
DIGITS = r"[\d一二两三四五六七八九十]"

# A condition or a score, as against a mere mention.
ASKED = (
    r"须|必须|应当|应(?![急对用答力变届])|需(?!求)|仅限|只限|限于|限定|资格|优先|[得加扣]\s*\d|\d\s*分(?![钟辨贝别之])"
    r"|加分|得分|评分|★|否则|方可|无效|不接受|不得参加"
)
ITEM = r"^\s*(?:★|\(?\d{1,2}[.、)])"  # of a list, whose heading says whom it is asked of
SUBJECT = r"投标人|供应商|响应人|报价人|投标单位|中标人|成交人"
NAMED_PLACE = (
    r"[\u4e00-\u9fff]{2}(?:(?<![全各跨外邻])省|(?<![城超上门股夜全各跨外])市|(?<![全各跨外])县"
    r"|(?<![全各跨外地园社灾小山景片校库厂矿林城牧洪区])区|自治州)(?!级)"
)
HERE = r"本地|本省|本市|本县|本区|本州|本行政区|当地|省内|市内|县内|区内|州内|辖区"
ELSEWHERE = r"外地|外省|省外|外市|市外|外县|县外|非本地|非本省|非本市|非本县"
BRANCH = r"分公司|办事处|分支机构|子公司|营业场所|办公场所|(?:服务|维修|售后)[\u4e00-\u9fff]{0,4}(?:机构|网点|站|中心)"

# Said of what must not be done, or that something is not asked.
NEGATED_BEFORE = re.compile(
    r"不得(?!低于|少于|小于|超过)|不应|不允许|不可|严禁|禁止|避免(?![^,。;\n]{0,12}[须应])|不接受|不采用|不限|不设|无需|无须|不需|不要求|不再|取消|清理|不以|不会|不因"
)
NEGATED_AFTER = re.compile(r"不限|不作为|不得作为|不作要求|不做要求|无需|无须|非必须|不强制|不予?要求|不得被|不受影响")
ABOUT_THE_LAW = re.compile(
    r"差别待遇|歧视待遇|负面清单|以不合理|不合理(?:的)?条件|妨碍公平竞争|违反.{0,12}(?:规定|条例)"
)

EQUAL = r"相当于|同等|等同|同档|同类型?产品|或以上(?:档次|品质|性能)|或更[优高好]|不低于.{0,8}(?:档次|品质|性能)|均可|不限|仅供参考"
_NAME = r"[A-Za-z\u4e00-\u9fff]{1,12}(?:\([^)\n]{1,20}\))?"
THREE_NAMES = (
    rf"品牌[:为是如有]?\s*{_NAME}[、/]\s*{_NAME}[、/或和及]\s*{_NAME}"
    rf"|(?:参考|推荐|建议)品牌[^。;\n]{{0,4}}?{_NAME},{_NAME},{_NAME}"
)
NO_NAME = (
    r"自|不|投标|供应商|供货|响应|所投|由|无|任|国产|国内|国际|国外|进口|知名|著名|一线|名优|优质|见|详|填|同|相同|统一|与|或|及|和|各|该|的"
    r"|中标|成交|采购人|多|两个|三个|特定|其他|产品|市场|何种|待定|型号|规格|厂家"
)
KNOWN_BRANDS = (
    r"(?<!中)华为(?!主)|海康威视|大华股份|浙江大华|宇视科技|大疆|西门子|施耐德|霍尼韦尔|德尔格|梅思安|荷马特|卢卡斯|沃尔沃|斯堪尼亚"
    r"|康明斯|久保田|雅马哈|飞利浦|迈瑞|三一重工|中联重科|徐工|卡特彼勒|海能达|摩托罗拉|戴尔|惠普|佳能|松下|索尼|博世|联想(?=电脑|笔记本|台式|服务器|牌|集团)"
)
ALREADY_THERE = r"现有|已有|已建|原有|既有|在用|正在使用|兼容|对接|接入|库存|维修|保养|维护|年检"
SIZE = (
    r"注册资[本金]|实缴资本|净资产|资产总额|总资产|营业收入|营业额|销售收入|销售额|年产值|从业人员|员工(?:人数|数量|总数)|职工人数|在职员工"
    r"|利润(?:总额)?|纳税(?:总)?额|(?:社保|参保)(?:缴纳)?人数"
)
AT_LEAST = r"不[低少小]于|不得[低少小]于|以上|≥|>|(?<!不)大于|(?<!不)超过|达到|至少|[得加]\s*\d|\d\s*分|得分|加分|排名"
OWNERSHIP = (
    r"国有(?:独资|控股|及国有控股)?(?:企业|公司)|国营(?:企业|单位)|央企|国企|民营企业|私营企业|外资企业|合资企业|内资企业|股份制企业"
    r"|上市(?:公司|企业)|大型(?:企业|国企)|规模以上(?:企业|工业企业)|(?:世界|中国|全球)500强"
)
TRADES = r"消防|电力|医疗|卫生|石化|化工|煤矿|矿山|公安|铁路|交通|教育|金融|应急|水利|政府|军队|部队|高校|医院|银行|烟草|通信"
PROVEN = r"业绩|案例|奖项|获奖|荣誉|类似项目|同类项目|合同业绩"
VOLUNTARY = (
    r"ISO\s*-?\s*(?:9001|14001|45001|27001|20000)|(?:质量|环境|职业健康(?:安全)?|信息安全|能源|诚信|售后服务)(?:管理)?体系认证"
    r"|CMMI|高新技术企业|专精特新|驰名商标|著名商标|售后服务(?:认证|星级)"
)
CREDIT = r"AAA\s*级?\s*(?:信用|资信|企业)|(?:信用|资信)(?:等级|评级)(?:证书|证明)?|守合同重信用|重合同守信用"
GRADE = r"[\d≤≥<>±]|以内|以下|不超过|不少于"


# Before words that shut somebody out: here it is shutting out that is forbidden.
PROTECTED = re.compile(r"不得|不应|严禁|禁止|避免")

# Figures behind words: what is measured is the first group.
PERCENT_OF_BID_BOND = re.compile(
    r"(?:投标|响应|磋商|谈判|询价|报价)保证金(?:(?!保证金)[^。;\n%]){0,40}?(\d{1,3}(?:\.\d{1,4})?)\s*%"
)
PERCENT_OF_BOND = re.compile(r"(?:履约保证金|履约担保)(?:(?!保证金)[^。;\n%]){0,40}?(\d{1,3}(?:\.\d{1,4})?)\s*%")
SUM_OF_BID_BOND = re.compile(
    r"(?:投标|响应|磋商|谈判|询价|报价)保证金(?:(?!保证金)[^。;\n%\d]){0,20}?(\d[\d,]{0,12}(?:\.\d{1,4})?)\s*(万?)元"
)
SUM_OF_BOND = re.compile(
    r"(?:履约保证金|履约担保)(?:(?!保证金)[^。;\n%\d]){0,20}?(\d[\d,]{0,12}(?:\.\d{1,4})?)\s*(万?)元"
)
FEE = re.compile(
    r"(?:售价|工本费|标书费|报名费|资料费|文件费|购买费)(?:(?!免费)[^,。;\n\d]){0,10}?(\d[\d,]{0,8}(?:\.\d{1,2})?)\s*元"
)
PAID_AFTER = re.compile(
    r"(?:验收|交货|交付|到货|收到发票|开具发票)[^。;\n\d]{0,20}?(\d{1,3})\s*(?:个)?(工作日|日历天|日|天|月|年)(?:之?内|后)"
    r"[^。;\n]{0,14}?(?:支付|付清|付款|结清)"
)
LATER_MONEY = re.compile(r"质保|质量保证|保修|缺陷责任|尾款|质量保修")
CONTRACTS = re.compile(
    rf"(?<!式)({DIGITS}{{1,3}})\s*(?:个|项|份|例)(?:及以上|以上)?"
    r"(?:的|有效|类似|同类|相似|相关|完整|供货|成功|完成|项目|产品|服务|销售|采购|单项){0,5}(?:业绩|合同|案例)"
)
CONTRACT_SUM = re.compile(
    r"合同(?:总|单项)?(?:金额|额|价)[^,。;\n]{0,6}?(?:不[低少]于|≥|大于|超过|达到|在)\s*\d[\d.,]*\s*万?元"
)
ONLY_SCORED = re.compile(r"[得加]\s*\d|每(?:个|项|份|提供)|加分|最高|满分")

DAY = re.compile(r"(?<!\d)(20\d\d)\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})(?!\d)\s*日?")
DUE = re.compile(r"交货|交付|供货|到货|送达|完工|截止|开标|开启|递交|提交(?:投标|响应|报价)|投标文件|响应文件|报价")
LONG_AGO = re.compile(r"以来|至今|之后|以后|印发|发布|修订|施行|实施|签订|成立|依据|根据|注册|取得|业绩|号\)|标准")
NUMBERED = re.compile(r"^[ \t]*(?:★|▲|\d{1,2}[.、)]|\(\d{1,2}\)|[((]?[一二三四五六七八九十]{1,2}[)、)])", re.MULTILINE)
STARRED = re.compile(r"^[ \t]*(?:\(?\d{1,2}[.、)]?\s*)?★|★\s*$", re.MULTILINE)

EXPERIENCE = re.compile(PROVEN)
EXPECTED = re.compile(rf"{ASKED}|具有|具备|提供|至少|不少于")
SMALL_FIRMS = re.compile(r"中小企业|小微企业|小型|微型企业")
DAYS_OF = {"月": 30, "年": 365}
CALENDAR_DAYS = "日"
RANGE = re.compile(r"^([^~～至—]*\d[^~～至—]*)[~～至—]+([^~～至—]*\d[^~～至—]*)$")
# A line that is full and does not end a sentence goes on in the next one, unless that begins an item.
WRAPPED = re.compile(r"(?<=[^。;:!?,\n]{30})\n(?![\s★▲●■◆\d(一二三四五六七八九十第])")

# What a draft should say somewhere.
ESSENTIALS: dict[str, re.Pattern[str]] = {
    "missing.quantity": re.compile(
        r"\d\s*(?:台|套|辆|件|个|艘|顶|只|具|支|架|部|组|项|批|吨|米|双|床|箱|瓶|株|人次|人|次|年|座|块|根|条|副|延米|公里)|数量|[一二两三四五六七八九十百千]{1,4}(?:台|套|辆|艘|顶|架|部|批)"
    ),
    "missing.place": re.compile(
        r"(?:交货|交付|供货|服务|实施|项目|安装|送货|到货)(?:地点|地址|地)|送至|送到|运至|运到|供货到|到货地点|部署在|安装在|卸至|卸货"
    ),
    "missing.date": re.compile(
        r"(?:交货|供货|交付|服务|到货|完工|租赁|租)(?:期|时间|日期)|工期|\d\s*(?:个)?(?:工作日|日历天|天|日|月)(?:之?内|前)|月底前|年底前|汛期前|日前(?:交|到|供|完)"
    ),
    "missing.acceptance": re.compile(r"验收|查验|抽检"),
    "missing.budget": re.compile(r"预算|最高限价|控制价|限价|万元|单价"),
}

# The procedures of the law, by the words of a draft; the first that is found counts.
PROCEDURES: dict[str, re.Pattern[str]] = {
    "consultation": re.compile(r"竞争性磋商|(?:采购方式|方式)[:为]?\s*磋商|磋商(?:公告|文件|响应)"),
    "negotiation": re.compile(r"竞争性谈判|(?:采购方式|方式)[:为]?\s*谈判|谈判(?:公告|文件)"),
    "single_source": re.compile(r"单一来源"),
    "inquiry": re.compile(r"(?:采购方式|方式)[:为]?\s*询价|询价(?:采购|公告|通知书|文件|小组)"),
    "invited": re.compile(r"邀请招标|投标邀请书"),
    "open": re.compile(r"公开招标|招标(?:公告|文件)"),
}

# How a requirement reads when its field values are put into words.
OPERATORS = {">=": "不低于", "<=": "不超过", "=": ":", "has": "具有", "in": ":", "between": ":", "not": "不要求"}
LEVELS = {"hard": "★", "scored": "得1分:"}
