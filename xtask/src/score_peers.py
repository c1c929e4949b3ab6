"""Scores GOLD against PRED with another scorer, and tells its F1 and its time.

usage: score_peers.py nervaluate|seqeval GOLD PRED     (JSON Lines; words parted by single spaces)
"""
import json
import sys
import time


def read(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield record["text"], record["entities"]


def nervaluate(gold, pred):
    from nervaluate import Evaluator

    labels = sorted({entity["type"] for _, entities in gold for entity in entities})

    def spans(documents):
        # Ends are inclusive there.
        return [
            [{"label": e["type"], "start": e["start"], "end": e["end"] - 1} for e in entities]
            for _, entities in documents
        ]

    gold, pred = spans(gold), spans(pred)
    start = time.perf_counter()
    strict = Evaluator(gold, pred, tags=labels, loader="dict").evaluate()["overall"]["strict"]
    return strict.f1, time.perf_counter() - start


def seqeval(gold, pred):
    from seqeval.metrics import f1_score
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    def tags(documents):
        rows = []
        for text, entities in documents:
            starts, at = {}, 0
            words = text.split(" ")
            for index, word in enumerate(words):
                starts[at] = index
                at += len(word) + 1
            row = ["O"] * len(words)
            for entity in entities:
                first = starts[entity["start"]]
                count = entity["text"].count(" ") + 1
                row[first] = "B-" + entity["type"]
                for index in range(first + 1, first + count):
                    row[index] = "I-" + entity["type"]
            rows.append(row)
        return rows

    gold, pred = tags(gold), tags(pred)
    start = time.perf_counter()
    f1 = f1_score(gold, pred, mode="strict", scheme=IOB2)
    classification_report(gold, pred, mode="strict", scheme=IOB2)
    return f1, time.perf_counter() - start


peer, gold, pred = sys.argv[1:]
f1, seconds = {"nervaluate": nervaluate, "seqeval": seqeval}[peer](list(read(gold)), list(read(pred)))
print(json.dumps({"f1": f1, "seconds": seconds}))
