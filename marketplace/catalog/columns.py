"""The columns of import and export tables: Chinese headers, other names people give them, notes and examples."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column. `text` columns hold codes and words, whose digits a spreadsheet must not touch."""

    key: str
    header: str
    note: str = ""
    example: str = ""
    aliases: tuple[str, ...] = ()
    text: bool = False
    width: int = 14


COLUMNS: tuple[Column, ...] = (
    Column("external_ref", "货号", "本单位内部编号。再次导入同一货号时更新原信息,不会重复", "LK-PS-3000", ("内部编号", "产品编号", "编号", "id"), True),
    Column("kind", "供给类型", "产品 / 服务 / 科技成果 / 金融保险;不填为产品", "产品", ("类型",), True, 10),
    Column("class_code", "产品类别", "填类别名称或代码;不填时按名称推荐", "大流量排水抢险车(垂直供排水)", ("类别", "分类", "class"), True, 26),
    Column("name", "名称", "必填,2–120 字", "大流量排水抢险车", ("产品名称", "品名", "商品名称", "服务名称"), True, 24),
    Column("name_en", "英文名称", "", "High-flow drainage truck", ("name_en",), True, 20),
    Column("model", "型号", "", "LK-3000", ("规格型号", "产品型号"), True),
    Column("summary", "一句话简介", "200 字以内", "垂直供排水,每小时 3000 方,适合下穿隧道", ("简介", "卖点"), True, 30),
    Column("description", "详细说明", "发布需至少 30 字", "适用于城市内涝、下穿通道和地下车库抢排,10 分钟展开,配 8 米吸水扬程泵组与照明。", ("说明", "描述", "产品描述", "产品介绍"), True, 40),
    Column("emergency_categories", "突发事件类别", "自然灾害、事故灾难、公共卫生、社会安全,可多选,用顿号分隔", "自然灾害", ("事件类别",), True, 18),
    Column("field_codes", "应用领域", "可多选,用顿号分隔", "应急救援、城市安全", ("领域", "行业领域", "industry_fields"), True, 18),
    Column("event_codes", "适用事件", "事件名称或代码,可多选", "城市内涝", ("event_codes",), True, 18),
    Column("specs", "技术参数", "名称=数值 单位,多项用分号分隔", "流量=3000 m³/h;扬程=15 m;防护等级=IP55", ("参数", "规格参数", "主要参数"), True, 36),
    Column("price", "价格(元)", "单价;区间写 1000-2000;面议或不填为询价", "1280000", ("价格", "单价", "单价(元)", "price_yuan"), False, 14),
    Column("unit", "计价单位", "台、套、辆、台·天、项·年 …", "辆", ("单位", "计量单位"), True, 10),
    Column("min_order", "最小起订量", "整数", "1", ("起订量",), False, 10),
    Column("stock", "现货库存", "整数;不填为未说明", "2", ("库存", "库存数量"), False, 10),
    Column("monthly_capacity", "月产能", "整数", "6", ("产能",), False, 10),
    Column("lead_time_days", "交货期(天)", "整数;0 为当天可发", "30", ("交货期", "交期", "供货周期"), False, 10),
    Column("service_regions", "服务区域", "全国,或省份名称用顿号分隔", "全国", ("供货区域", "区域"), True, 18),
    Column("arrangements", "合作方式", "采购、经营租赁、按日租用、融资租赁、按使用付费、服务、保险、产品+服务、产品+保险、协议储备、产能储备、试用", "采购、经营租赁", ("供应方式", "offers"), True, 18),
    Column("certificates", "证书", "名称,编号,有效期至;多项用分号分隔", "车辆公告;检测报告,JC2026-118,2028-05-31", ("资质证书", "认证"), True, 30),
)  # fmt: skip
SUPPLIER_COLUMNS: tuple[Column, ...] = (
    Column("supplier_name", "供应商", aliases=("供应商名称", "企业名称", "生产企业"), text=True),
    Column("supplier_uscc", "统一社会信用代码", aliases=("信用代码",), text=True),
    Column("supplier_province", "省份", aliases=("所在省",), text=True),
    Column("supplier_city", "城市", aliases=("所在市",), text=True),
    Column("supplier_base", "所属基地", aliases=("示范基地",), text=True),
)
BY_KEY = {column.key: column for column in (*COLUMNS, *SUPPLIER_COLUMNS)}
SPEC_PREFIX = "参数:"


def plain(header: object) -> str:
    """A header as it is compared: half-width, without blanks, stars and line breaks."""
    half = str(header or "").translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
    return re.sub(r"[\s*]", "", half).lower()


_BY_NAME = {plain(name): c.key for c in (*COLUMNS, *SUPPLIER_COLUMNS) for name in (c.header, c.key, *c.aliases)}


def key_of(header: object) -> str:
    """The column a header means: a key, "spec:流量(m³/h)" for a spec column, or "" when nobody knows it."""
    name = plain(header)
    if name.startswith(plain(SPEC_PREFIX)):
        return "spec:" + re.split("[:\uff1a]", str(header), maxsplit=1)[1].strip()
    return _BY_NAME.get(name, "")


def header_of(key: str) -> str:
    """How a column is called in messages."""
    if key.startswith("spec:"):
        return SPEC_PREFIX + key.removeprefix("spec:")
    return BY_KEY[key].header if key in BY_KEY else key
