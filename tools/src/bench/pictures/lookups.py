"""Exact search by FAISS on one thread: "HASHES NEEDLES DISTANCE", files of 32 bytes a hash. The answer is a line of
JSON: look-ups a second, and how many matches there were."""

import json
import sys
import time

import faiss
import numpy

faiss.omp_set_num_threads(1)
for line in sys.stdin:
    hashes, needles, distance = line.split()
    index = faiss.IndexBinaryFlat(256)
    index.add(numpy.fromfile(hashes, dtype=numpy.uint8).reshape(-1, 32))
    asked = numpy.fromfile(needles, dtype=numpy.uint8).reshape(-1, 32)
    start = time.process_time()
    limits, _, _ = index.range_search(asked, int(distance) + 1)
    seconds = time.process_time() - start
    print(json.dumps({"per_s": len(asked) / seconds, "matches": int(limits[-1])}), flush=True)
