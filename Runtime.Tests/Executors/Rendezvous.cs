using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Tandem.Runtime.Tests.Executors;

/// <summary>
/// Where work meets its test, from a thread or from another process: the test learns that the work runs and where, holds it, lets it go, and
/// learns of its death, all as events.
/// </summary>
internal sealed class Rendezvous : IDisposable
{
    // A connection that nobody holds any longer would be closed by its finalizer while the process lives, and the test would take that for its death.
    private static readonly ConcurrentBag<Socket> s_announced = [];

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Arrival> _arrivals = [];

    public Rendezvous()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(128);
    }

    /// <summary>Passed to the work.</summary>
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"tandem-{Guid.NewGuid():N}");

    /// <summary>Called by the work: tells the test that it is here, and waits to be let go.</summary>
    public static int Meet(string path)
    {
        using var socket = Announce(path);
        _ = socket.Receive(new byte[1]);
        return Environment.ProcessId;
    }

    /// <summary>Called by the work: tells the test that it is here, and goes on. The connection ends with the process, or when it is disposed.</summary>
    public static Socket Announce(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(BitConverter.GetBytes(Environment.ProcessId));
        s_announced.Add(socket);
        return socket;
    }

    /// <summary>Waits for work to come.</summary>
    public async Task<Arrival> NextAsync()
    {
        var socket = await _listener.AcceptAsync().Soon();
        var arrival = new Arrival(socket, await ReceiveAsync(socket));
        _arrivals.Add(arrival);
        return arrival;
    }

    public async Task<Arrival[]> NextAsync(int count)
    {
        var arrivals = new Arrival[count];
        for (var i = 0; i < count; i++)
            arrivals[i] = await NextAsync();
        return arrivals;
    }

    public void Dispose()
    {
        _arrivals.ForEach(a => a.Dispose());
        _listener.Dispose();
        File.Delete(Path);
    }

    private static async Task<int> ReceiveAsync(Socket socket)
    {
        var number = new byte[sizeof(int)];
        Assert.Equal(number.Length, await socket.ReceiveAsync(number).Soon());
        return BitConverter.ToInt32(number);
    }

    /// <summary>Work that has come.</summary>
    public sealed class Arrival(Socket socket, int processId) : IDisposable
    {
        public int ProcessId => processId;

        /// <summary>Lets it go on.</summary>
        public void Release() => socket.Send([1]);

        /// <summary>Waits for a number that the work sends.</summary>
        public Task<int> NumberAsync() => ReceiveAsync(socket);

        /// <summary>Waits until it has left, or its process is dead.</summary>
        public async Task GoneAsync()
        {
            try
            {
                Assert.Equal(0, await socket.ReceiveAsync(new byte[1]).Soon());
            }
            catch (SocketException)
            {
                // Reset by a process that died with unread bytes.
            }
        }

        public void Dispose() => socket.Dispose();
    }
}
