"""PDQ by the reference (pdqhash from PyPI), asked line by line: "PATH WIDTH HEIGHT TIMES" of raw RGB. Each answer is a
line of JSON: seconds of processor time for each hash, and the hashes and quality."""

import json
import sys
import time

import numpy
import pdqhash


def hexadecimal(bits):
    return "%064x" % int("".join(str(int(bit)) for bit in bits), 2)


for line in sys.stdin:
    path, width, height, times = line.split()
    pixels = numpy.fromfile(path, dtype=numpy.uint8).reshape(int(height), int(width), 3)
    start = time.process_time()
    for _ in range(int(times)):
        bits, quality = pdqhash.compute(pixels)
    seconds = (time.process_time() - start) / int(times)
    turned, _ = pdqhash.compute_dihedral(pixels)
    answer = {"seconds": seconds, "quality": int(quality), "pdq": hexadecimal(bits)}
    print(json.dumps({**answer, "turned": [hexadecimal(each) for each in turned]}), flush=True)
