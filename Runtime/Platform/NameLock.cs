using System.Net.Sockets;
using Tandem.Waiting;

namespace Tandem.Platform;

/// <summary>
/// Lets one process at a time find or make the memory of a name. It is a socket bound to an abstract address (unix(7)): that succeeds for one
/// at a time, leaves no file, and ends with the process, however that ends. Nothing ever connects to it.
/// </summary>
/// <remarks>Such an address is free to every user of the machine; one who takes it can keep others from making the name, and no more than that.</remarks>
internal sealed class NameLock : IDisposable
{
    /// <summary>A search takes milliseconds. Whoever takes longer is stopped, or means harm.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;

    private NameLock(Socket socket) => _socket = socket;

    /// <exception cref="IOException">Somebody else has it for longer than anybody needs it.</exception>
    public static NameLock Acquire(string label)
    {
        var address = new UnixDomainSocketEndPoint($"\0tandem-{label}");
        var deadline = Deadline.After(s_patience);
        var pause = new ParkTime();
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Bind(address);
                return new NameLock(socket);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse && !deadline.HasPassed)
            {
                socket.Dispose();
                // The one wait here that nobody can be woken from: there is no memory yet to be woken through.
                Thread.Sleep(deadline.RemainingUpTo(pause.Next()));
            }
            catch (SocketException error)
            {
                socket.Dispose();
                throw new IOException($"The name could not be looked up: {error.Message}. Another process may be stopped while it opens a primitive of the same name.", error);
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
