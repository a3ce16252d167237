using System.Diagnostics;
using System.Globalization;
using Tandem.Platform;

namespace Tandem.Runtime.Tests.Platform;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void Current_IsAlive_AndSurvivesItsBits()
    {
        var self = ProcessIdentity.Current;
        Assert.Equal(Environment.ProcessId, self.Id);
        Assert.True(self.IsAlive);
        Assert.Equal(self, ProcessIdentity.FromBits(self.ToBits()));
        Assert.Equal(0, self.ToBits() >> ProcessIdentity.Bits);
    }

    [Fact]
    public void SameId_WithAnotherStart_IsDead()
    {
        var other = ProcessIdentity.FromBits(ProcessIdentity.Current.ToBits() ^ (1L << (ProcessIdentity.Bits - 1)));
        Assert.Equal(Environment.ProcessId, other.Id);
        Assert.False(other.IsAlive);
    }

    [Fact]
    public async Task AThread_IsAliveUntilItEnds_AndNoOther()
    {
        using var end = new ManualResetEventSlim();
        var told = new TaskCompletionSource<ProcessIdentity>();
        var thread = new Thread(() =>
        {
            told.SetResult(ProcessIdentity.CurrentThread);
            end.Wait();
        });
        thread.Start();
        var identity = await told.Task.Soon();
        Assert.NotEqual(ProcessIdentity.Current, identity);
        Assert.NotEqual(ProcessIdentity.CurrentThread, identity);
        Assert.True(identity.IsAlive);
        end.Set();
        await Blocking.Run(() => SpinWait.SpinUntil(() => !identity.IsAlive, Blocking.Patience)).Soon();
        Assert.False(identity.IsAlive);
    }

    [Fact]
    public void Nobody_IsDead() => Assert.False(ProcessIdentity.FromBits(0).IsAlive);

    [Fact]
    public async Task AnotherProcess_IsAliveUntilItIsKilled_AndAZombieIsDead()
    {
        // The shell starts a child and becomes a program that never collects it: killed then, the child stays a zombie.
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "sleep 1000 & echo $!; exec sleep 1000"]) { RedirectStandardOutput = true })!;
        var id = int.Parse((await shell.StandardOutput.ReadLineAsync().Soon())!, CultureInfo.InvariantCulture);
        Assert.True(ProcessIdentity.TryRead(id, out var sleeper));
        Assert.True(sleeper.IsAlive);
        await Blocking.Run(() => SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{shell.Id}/comm") == "sleep\n", Blocking.Patience)).Soon();
        using (var child = Process.GetProcessById(id))
            child.Kill();
        await Blocking.Run(() => SpinWait.SpinUntil(() => !sleeper.IsAlive, Blocking.Patience)).Soon();
        Assert.False(sleeper.IsAlive);
        Assert.True(File.Exists($"/proc/{id}/stat"), "The zombie should still be there.");
        shell.Kill();
        await shell.WaitForExitAsync().Soon();
    }
}
