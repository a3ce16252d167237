"""CPython's concurrent.futures, measured as ExecutorBenchmark.cs measures ours. Prints one `name<TAB>microseconds` a line."""
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context


def twice(x):
    return x + x


def total(block):
    return len(block)


def report(name, seconds, count=1):
    print(f"{name}\t{seconds / count * 1e6}", flush=True)


if __name__ == "__main__":
    times = []
    for _ in range(5):
        start = time.perf_counter()
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            pool.submit(twice, 1).result()
            times.append(time.perf_counter() - start)
    report("cold", sorted(times)[2])

    with ProcessPoolExecutor(1) as pool:
        for _ in range(200):
            pool.submit(twice, 1).result()
        start = time.perf_counter()
        for i in range(2000):
            pool.submit(twice, i).result()
        report("round trip", time.perf_counter() - start, 2000)

        block = bytes(64 << 20)
        start = time.perf_counter()
        assert pool.submit(total, block).result() == len(block)
        report("64 MiB", time.perf_counter() - start)

    with ProcessPoolExecutor(2) as pool:
        for f in [pool.submit(twice, i) for i in range(1000)]:
            f.result()
        start = time.perf_counter()
        for f in [pool.submit(twice, i) for i in range(10000)]:
            f.result()
        report("in flight", time.perf_counter() - start, 10000)

        start = time.perf_counter()
        assert sum(1 for _ in pool.map(twice, range(1_000_000), chunksize=10_000)) == 1_000_000
        report("map", time.perf_counter() - start, 1_000_000)

    with ThreadPoolExecutor(2) as pool:
        for f in [pool.submit(twice, i) for i in range(1000)]:
            f.result()
        start = time.perf_counter()
        for f in [pool.submit(twice, i) for i in range(10000)]:
            f.result()
        report("threads in flight", time.perf_counter() - start, 10000)
