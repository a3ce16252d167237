// Every kind of declaration, statement and expression, around locks and threads where that is natural.
#nullable enable
extern alias Nowhere;
global using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using static System.Math;
using Pair = (int Left, int Right);
[assembly: CLSCompliant(false)]

var gate = new Lock();
var total = 0;
lock (gate) { total++; }
await Task.Run(() => total--);
Console.WriteLine($"{total,5:N0} {args.Length} {"""raw "text" """} {$$"""{{total}} {braces}"""}");
return;

static class Extensions
{
    extension(string text)
    {
        public int Words => text.Split(' ').Length;
        public static string Empty2 => "";
        public string Twice() => text + text;
    }

    public static void Old(this Thread thread, int times) => thread.Join(times);
}

namespace Shapes
{
    public delegate void Changed<in T>(T value) where T : notnull;

    [Flags] public enum Colour : byte { None = 0, Red = 1 << 0, Blue = 0b10, Both = Red | Blue }

    public interface IShape<TSelf> where TSelf : IShape<TSelf>
    {
        static abstract TSelf operator +(TSelf left, TSelf right);
        double Area { get; init; }
        event Action? Moved;
        void Draw() => Console.WriteLine(Area);
    }

    public readonly record struct Point(int X, int Y = 0)
    {
        public static Point operator -(Point a) => a with { X = -a.X };
        public static explicit operator int(Point p) => checked(p.X + p.Y);
        public void Deconstruct(out int x, out int y, out int sum) => (x, y, sum) = (X, Y, X + Y);
    }

    public abstract record Shape(string Name) { public virtual required int Sides { get; set; } }
    public sealed record Circle(double Radius) : Shape("circle"), IDisposable { public void Dispose() { } ~Circle() { } }

    public ref struct Window<T> where T : allows ref struct
    {
        public ref int Current;
        public scoped ref readonly int Peek(in int index) => ref Current;
        public void operator +=(int step) { }
    }

    file class Hidden(int capacity) : List<int>(capacity)
    {
        private volatile bool _stop;
        private readonly object _gate = new();
        private int[]? _values = [1, 2, .. Enumerable.Range(0, 3)];
        private static readonly SemaphoreSlim s_slots = new(1, 1);
        public int Count2 { get => field; set => field = value < 0 ? throw new ArgumentException(nameof(value)) : value; }
        public int this[Index index] { get => _values![index]; set => _values![index] = value; }
        public event EventHandler? Stopped { add { lock (_gate) { } } remove { } }
        static Hidden() { }
        public Hidden() : this(4) { }

        public async Task<int> RunAsync(CancellationToken token = default, params ReadOnlySpan<int> sizes)
        {
            await s_slots.WaitAsync(token).ConfigureAwait(false);
            try
            {
                await foreach (var item in Stream(token).WithCancellation(token)) if (item is > 0 and < 9 or 42) continue; else break;
                await using var stream = new System.IO.MemoryStream();
                return await Task.WhenAll(from x in new[] { 1, 2 } let y = x * 2 where y > 1 orderby y descending group y by x into g select Task.FromResult(g.Key)) switch
                {
                    [] => 0,
                    [var one] => one,
                    [1, .. var rest] when rest.Length > 0 => rest[^1],
                    { Length: > 3 } or null => -1,
                    _ => default,
                };
            }
            catch (OperationCanceledException e) when (e.CancellationToken == token) { throw; }
            catch { goto end; }
            finally { s_slots.Release(); }
        end:
            return 1;
        }

        private static async IAsyncEnumerable<int> Stream([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            for (int i = 0, j = 1; i < 3; i++, j--) { yield return i; await Task.Yield(); }
            yield break;
        }

        public unsafe int Raw(int* p, delegate* unmanaged<int, int> f, nint n)
        {
            fixed (int* q = _values) { *p = q[0]; }
            Span<byte> bytes = stackalloc byte[4] { 1, 2, 3, 4 };
            ref var first = ref bytes[0];
            return f(sizeof(int) + (int)n) >>> 1;
        }

        public void Statements(object? value, ref int x, out string s)
        {
            if (Monitor.TryEnter(_gate, 10)) try { x++; } finally { Monitor.Exit(_gate); } else { x--; }
            s = value switch { string t => t, int i and not 0 => $"{i}", (1, _) => "pair", Point { X: var a, Y: 2 } => "" + a, null => "", _ => value.ToString()! };
            do { x += value?.GetHashCode() ?? 0; } while (x < 0 && !_stop);
            while (true) { if (x-- == 0) break; }
            foreach (var (k, v) in new Dictionary<string, int> { ["a"] = 1, { "b", 2 } }) Local(k, v);
            switch (x) { case 1: case 2 when _stop: goto default; case < 0: return; default: break; }
            using (s_slots) unchecked { x <<= 2; }
            _values ??= []; this?.Count2 = 3;
            Func<int, int> twice = static i => i * 2; Action<int> none = delegate { }; var cast = (ref int r, out bool ok) => { ok = true; return r; };
            var (l, r2) = (1, 2); (l, r2) = (r2, l); Pair p = (l, r2); var anonymous = new { l, Name = nameof(List<>) };
            void Local<T>(T key, int v) where T : class => Console.WriteLine(key as string ?? typeof(T).Name);
            try { Parallel.For(0, 10, i => Interlocked.Increment(ref l)); } finally { new Thread(() => Local("t", 1)) { IsBackground = true }.Start(); }
            throw new AggregateException(checked((int)3L).ToString(), new Exception());
        }
    }
}
