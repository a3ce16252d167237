"""CPython's multiprocessing, measured as PrimitiveBenchmark.cs measures ours. Prints one `name<TAB>microseconds` a line."""
import multiprocessing as mp
import time
from multiprocessing import shared_memory


def hammer(lock, start, count, rounds):
    start.wait()
    for _ in range(rounds):
        with lock:
            count.value += 1


def produce(queue, count):
    for i in range(count):
        queue.put(i)


def echo(connection, other):
    other.close()  # or this process keeps it open, and the loop never ends
    try:
        while True:
            connection.send(connection.recv())
    except EOFError:
        pass


def answer(asked, answered, rounds):
    for _ in range(rounds):
        asked.wait()
        asked.clear()
        answered.set()


def meet(barrier, rounds):
    for _ in range(rounds):
        barrier.wait()


def take_turns(condition, turn, first, rounds):
    for mine in range(first, first + 2 * rounds, 2):
        with condition:
            while turn.value != mine:
                condition.wait()
            turn.value = mine + 1
            condition.notify_all()


def timed_beside(target, arguments, ours):
    """The time of ours while another process runs target."""
    other = mp.Process(target=target, args=arguments)
    other.start()
    begin = time.perf_counter()
    ours()
    seconds = time.perf_counter() - begin
    other.join()
    return seconds


def last(name):
    memory = shared_memory.SharedMemory(name)
    byte = memory.buf[-1]
    memory.close()
    return byte


def throughput_of_lock(processes, rounds):
    lock, start, count = mp.Lock(), mp.Event(), mp.Value("q", 0, lock=False)
    workers = [mp.Process(target=hammer, args=(lock, start, count, rounds)) for _ in range(processes)]
    for w in workers:
        w.start()
    time.sleep(0.2)
    begin = time.perf_counter()
    start.set()
    for w in workers:
        w.join()
    return time.perf_counter() - begin


def throughput_of_queue(processes, items):
    queue = mp.Queue(10_000)
    producers = [mp.Process(target=produce, args=(queue, items)) for _ in range(processes)]
    for p in producers:
        p.start()
    queue.get()
    begin = time.perf_counter()
    for _ in range(processes * items - 1):
        queue.get()
    seconds = time.perf_counter() - begin
    for p in producers:
        p.join()
    return seconds


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

    trips = 20_000
    here, there = mp.Pipe()
    echoing = mp.Process(target=echo, args=(there, here))
    echoing.start()
    there.close()
    here.send(0)
    here.recv()
    begin = time.perf_counter()
    for i in range(trips):
        here.send(i)
        here.recv()
    report("pipe", time.perf_counter() - begin, trips)
    here.close()
    echoing.join()

    memory = shared_memory.SharedMemory(create=True, size=64 << 20)
    memory.buf[:] = bytes([1]) * (64 << 20)
    with mp.Pool(1) as pool:
        pool.apply(last, (memory.name,))
        begin = time.perf_counter()
        for _ in range(40):
            pool.apply(last, (memory.name,))
        report("64 MiB shared", time.perf_counter() - begin, 40)
    memory.close()
    memory.unlink()

    semaphore = mp.Semaphore(1)
    begin = time.perf_counter()
    for _ in range(200_000):
        with semaphore:
            pass
    report("semaphore free", time.perf_counter() - begin, 200_000)

    value = mp.Value("q", 0)
    begin = time.perf_counter()
    for _ in range(200_000):
        with value.get_lock():
            value.value += 1
    report("value free", time.perf_counter() - begin, 200_000)

    meetings = 5_000
    asked, answered = mp.Event(), mp.Event()

    def ask():
        for _ in range(meetings):
            asked.set()
            answered.wait()
            answered.clear()

    report("event", timed_beside(answer, (asked, answered, meetings), ask), meetings)
    barrier = mp.Barrier(2)
    report("barrier", timed_beside(meet, (barrier, meetings), lambda: meet(barrier, meetings)), meetings)
    condition, turn = mp.Condition(), mp.Value("q", 0, lock=False)
    report("condition", timed_beside(take_turns, (condition, turn, 1, meetings), lambda: take_turns(condition, turn, 0, meetings)), meetings)

    for processes in (1, 2, 4, 8):
        each = 100_000 // processes
        report(f"lock {processes}", throughput_of_lock(processes, each), processes * each)
        report(f"queue {processes}", throughput_of_queue(processes, each), processes * each)
