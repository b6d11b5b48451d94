"""The two engines put the same documents in the same order."""

from __future__ import annotations

import random

from marketplace.search.embedded import EmbeddedEngine
from marketplace.search.meilisearch_queries import MAX_QUERY_WORDS, candidates
from marketplace.search.plan import Planner
from marketplace.search.port import Match, Query
from marketplace.search.text import Cutter
from tests.search.worlds import CONFIG, document, hand_written

QUERIES = [
    "灭火器", "排水泵租赁", "生命探测仪", "卫星 电话", "便携 通信 服务", "消防 机器人 服务",
    "500kw 电源", "气体检测", "服务", "防爆 电话 帐篷",
]  # fmt: skip


def test_both_engines_give_the_same_hits_with_the_same_scores_in_the_same_order(make_meilisearch, tmp_path):
    chance = random.Random(7)
    parts = ["消防", "卫星", "电话", "灭火器", "服务", "机器人", "帐篷", "租赁", "便携", "通信"]
    more = [document(n, "".join(chance.sample(parts, 2)), " ".join(chance.sample(parts, 3))) for n in range(100, 180)]
    embedded, other = EmbeddedEngine(tmp_path, CONFIG), make_meilisearch()
    for engine in (embedded, other):
        engine.wait(engine.upsert([*hand_written(), *more]))

    for text in QUERIES:
        for match in Match:
            query = Query(text, match=match, per_page=20)
            ours, theirs = embedded.search(query), other.search(query)
            assert (ours.total, ours.relaxed) == (theirs.total, theirs.relaxed)
            assert ours.hits == theirs.hits, (text, match)


def test_no_query_to_the_server_has_more_words_than_it_reads():
    planner = Planner(Cutter(), {})
    text = "应急 照明 帐篷 担架 水泵 消防 通信 卫星 雷达 气体 检测 防爆 头盔 手套 口罩 绳索"
    plan = planner.plan(Query(text, synonyms=(("帐篷", ("大型 充气 救灾 指挥 医疗 帐篷 宿营 仓储 炊事 保温",)),)))

    asked = [one["q"].split() for every_word in (True, False) for one in candidates(plan, every_word)]
    assert asked and max(map(len, asked)) <= MAX_QUERY_WORDS
    assert all(set("".join(words)) <= set("abcdefghijklmnop") for words in asked)
