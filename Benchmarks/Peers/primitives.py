"""CPython's multiprocessing, measured as PrimitiveBenchmark.cs measures ours. Prints one `name<TAB>microseconds` a line."""
import multiprocessing as mp
import time


def hammer(lock, start, count, rounds):
    start.wait()
    for _ in range(rounds):
        with lock:
            count.value += 1


def produce(queue, count):
    for i in range(count):
        queue.put(i)


def report(name, seconds, count=1):
    print(f"{name}\t{seconds / count * 1e6}", flush=True)


if __name__ == "__main__":
    lock = mp.Lock()
    begin = time.perf_counter()
    for _ in range(200_000):
        with lock:
            pass
    report("lock free", time.perf_counter() - begin, 200_000)

    rounds = 100_000
    start, count = mp.Event(), mp.Value("q", 0, lock=False)
    workers = [mp.Process(target=hammer, args=(lock, start, count, rounds)) for _ in range(2)]
    for w in workers:
        w.start()
    time.sleep(0.3)
    begin = time.perf_counter()
    start.set()
    for w in workers:
        w.join()
    assert count.value == 2 * rounds
    report("lock contended", time.perf_counter() - begin, 2 * rounds)

    items = 100_000
    queue = mp.Queue(10_000)
    producer = mp.Process(target=produce, args=(queue, items))
    producer.start()
    queue.get()
    begin = time.perf_counter()
    for _ in range(items - 1):
        queue.get()
    report("queue", time.perf_counter() - begin, items - 1)
    producer.join()
