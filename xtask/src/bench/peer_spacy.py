"""Phrases, regular expressions and token patterns in spaCy, tuned: a tokenizer cache that holds
every word, and texts without line breaks. Prints one JSON line.

usage: peer_spacy.py TEXT.jsonl PHRASES.tsv REGEXES.txt PATTERNS.json MEGABYTES
"""
import json
import re
import resource
import sys
import time

import spacy
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokenizer import Tokenizer
from spacy.util import filter_spans

text, phrases, regexes, patterns, megabytes = sys.argv[1:]
start = time.process_time()
nlp = spacy.blank("en")
plain = nlp.tokenizer
nlp.tokenizer = Tokenizer(
    nlp.vocab,
    rules=plain.rules,
    prefix_search=plain.prefix_search,
    suffix_search=plain.suffix_search,
    infix_finditer=plain.infix_finditer,
    token_match=plain.token_match,
    url_match=plain.url_match,
    max_cache_size=1_000_000,
)
by_type = {}
for line in open(phrases, encoding="utf-8"):
    phrase, label, _ = line.rstrip("\n").split("\t")
    by_type.setdefault(label, []).append(phrase)
phrase_matcher = PhraseMatcher(nlp.vocab, attr="ORTH")
for label, list_ in by_type.items():
    phrase_matcher.add(label, list(nlp.tokenizer.pipe(list_, batch_size=1000)))
token_matcher = Matcher(nlp.vocab)
for rule in json.load(open(patterns, encoding="utf-8")):
    token_matcher.add(rule["id"], [rule["pattern"]], greedy="LONGEST")
expressions = [re.compile(line) for line in open(regexes, encoding="utf-8").read().split("\n")[:-1]]
start = time.process_time() - start

lines, size = [], 0
for line in open(text, encoding="utf-8"):
    record = json.loads(line)
    size += len(record["text"].encode())
    record["text"] = record["text"].replace("\n", " ")
    lines.append(json.dumps(record))
    if size >= float(megabytes) * 1e6:
        break


def run():
    found = 0
    for line in lines:
        record = json.loads(line)
        doc, spans = nlp.make_doc(record["text"]), []
        for span in filter_spans(phrase_matcher(doc, as_spans=True)):
            spans.append((span.start_char, span.end_char, span.label_, span.text))
        for expression in expressions:
            for match in expression.finditer(record["text"]):
                spans.append((match.start(), match.end(), "R", match.group()))
        for span in token_matcher(doc, as_spans=True):
            spans.append((span.start_char, span.end_char, span.label_, span.text))
        found += len(spans)
        json.dumps({"id": record["id"], "spans": spans})
    return found


before = time.process_time()
found = run()
spent = time.process_time() - before
print(json.dumps({
    "version": f"spaCy {spacy.__version__}",
    "speed": size / 1e6 / spent,
    "start": start,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "found": found,
}))
