using System.Diagnostics;
using System.Reflection;
using Tandem.Executors;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>Work as a worker runs it over all items of a chunk: through a delegate of its own type, so that an item costs a call and nothing is boxed.</summary>
/// <param name="name">The work's, as the parent's messages call it.</param>
/// <param name="serializer">By what items and results go.</param>
internal abstract class ChunkWork(string name, ChosenSerializer? serializer)
{
    private readonly ChosenSerializer? _serializer = serializer;

    public static ChunkWork From(MethodInfo method, object? target, Type delegateType, string name, ChosenSerializer? serializer)
    {
        var work = target is null ? method.CreateDelegate(delegateType) : method.CreateDelegate(delegateType, target);
        Type[] types = delegateType.GetGenericArguments();
        var isAsync = types[1].IsAssignableTo(typeof(Task));
        var type = isAsync ? typeof(Asynchronous<,>).MakeGenericType(types[0], types[1].GetGenericArguments()[0]) : typeof(Synchronous<,>).MakeGenericType(types);
        return (ChunkWork)Activator.CreateInstance(type, work, name, serializer)!;
    }

    /// <summary>Reads the items, runs the work over them up to the first that fails, and writes the results and what was thrown.</summary>
    public abstract void Run(ReadOnlySpan<byte> items, WireWriter response, MessageMemory memory);

    private T[] Read<T>(ReadOnlySpan<byte> items)
    {
        try
        {
            using var serializing = ChosenSerializer.Use(_serializer);
            return ItemsPayload.Read<T>(items);
        }
        catch (Exception exception)
        {
            throw ResolvedWork.Unreadable("The items", name, typeof(T[]), exception);
        }
    }

    private abstract class Of<T, TResult>(string name, ChosenSerializer? serializer) : ChunkWork(name, serializer)
    {
        public sealed override void Run(ReadOnlySpan<byte> items, WireWriter response, MessageMemory memory)
        {
            var arguments = Read<T>(items);
            var results = new TResult[arguments.Length];
            var done = 0;
            Exception? failure = null;
            var start = Stopwatch.GetTimestamp();
            try
            {
                for (; done < arguments.Length; done++)
                    results[done] = Invoke(arguments[done]);
            }
            catch (Exception exception)
            {
                failure = exception;
            }

            // As for a single call.
            GC.KeepAlive(arguments);
            response.WriteInt64(Stopwatch.GetElapsedTime(start).Ticks);
            using var noting = memory.Write();
            var block = response.BeginBlock();
            using (ChosenSerializer.Use(_serializer))
                ItemsPayload.Write(response, failure is null ? results : results[..done]);
            response.EndBlock(block);
            if (failure is not null)
                RemoteError.Write(response, failure);
        }

        protected abstract TResult Invoke(T argument);
    }

    private sealed class Synchronous<T, TResult>(Func<T, TResult> work, string name, ChosenSerializer? serializer) : Of<T, TResult>(name, serializer)
    {
        protected override TResult Invoke(T argument) => work(argument);
    }

    private sealed class Asynchronous<T, TResult>(Func<T, Task<TResult>> work, string name, ChosenSerializer? serializer) : Of<T, TResult>(name, serializer)
    {
        protected override TResult Invoke(T argument) => (work(argument) ?? throw Executor.NoTask()).GetAwaiter().GetResult();
    }
}
