using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>What an exception says of itself beyond its message comes back with it.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class RemoteStateTests : IDisposable
{
    private readonly ProcessExecutor _executor = new(1);

    public void Dispose() => _executor.Dispose();

    [Fact]
    public async Task ArgumentExceptions_KeepTheParameterAndItsValue()
    {
        var range = await ComesBack<ArgumentOutOfRangeException>(static () => throw new ArgumentOutOfRangeException("count", 7, "too many"));
        Assert.Equal(("count", 7), (range.ParamName, range.ActualValue));
        Assert.Equal("Friday", (await ComesBack<ArgumentOutOfRangeException>(static () => throw new ArgumentOutOfRangeException("day", DayOfWeek.Friday, "too late"))).ActualValue);
        Assert.Equal("p", (await ComesBack<ArgumentNullException>(static () => throw new ArgumentNullException("p"))).ParamName);
        Assert.Equal("p", (await ComesBack<ArgumentException>(static () => throw new ArgumentException("m", "p", new TimeoutException("t")))).ParamName);
        Assert.Equal("o", (await ComesBack<ObjectDisposedException>(static () => throw new ObjectDisposedException("o"))).ObjectName);
        Assert.Equal("xx-yy", (await ComesBack<CultureNotFoundException>(static () => throw new CultureNotFoundException("p", "xx-yy", "m"))).InvalidCultureName);
    }

    [Fact]
    public async Task ExceptionsOfTheSystem_KeepTheirCodes()
    {
        Assert.Equal(2, (await ComesBack<Win32Exception>(static () => throw new Win32Exception(2))).NativeErrorCode);
        Assert.Equal(2, (await ComesBack<Win32Exception>(static () => throw new Win32Exception(2, "m"))).NativeErrorCode);
        var socket = await ComesBack<SocketException>(static () => throw new SocketException((int)SocketError.ConnectionRefused));
        Assert.Equal(SocketError.ConnectionRefused, socket.SocketErrorCode);
        Assert.Equal(new SocketException((int)SocketError.ConnectionRefused).NativeErrorCode, socket.NativeErrorCode);
        Assert.Equal(77, (await ComesBack<ExternalException>(static () => throw new ExternalException("m", 77))).ErrorCode);
        Assert.Equal(78, (await ComesBack<COMException>(static () => throw new COMException("m", 78))).HResult);
        Assert.Equal(79, (await ComesBack<IOException>(static () => throw new IOException("m", 79))).HResult);
    }

    [Fact]
    public async Task ExceptionsAboutFilesAndTexts_KeepWhereItWas()
    {
        Assert.Equal("f.txt", (await ComesBack<FileNotFoundException>(static () => throw new FileNotFoundException("m", "f.txt"))).FileName);
        Assert.Equal("f.dll", (await ComesBack<BadImageFormatException>(static () => throw new BadImageFormatException(null, "f.dll"))).FileName);
        Assert.Equal(("$.a", 3L, 4L), (await ComesBack<JsonException>(static () => throw new JsonException("m", "$.a", 3, 4))) is var json ? (json.Path!, json.LineNumber!.Value, json.BytePositionInLine!.Value) : default);
        Assert.Equal([1, 2], (await ComesBack<DecoderFallbackException>(static () => throw new DecoderFallbackException("m", [1, 2], 5))).BytesUnknown);
        Assert.NotNull((await ComesBack<KeyNotFoundException>(static () => { _ = new Dictionary<int, int>()[1]; })).Message);
        Assert.NotNull((await ComesBack<JsonException>(static () => JsonSerializer.Deserialize<int[]>("[1,x]"))).Path);
    }

    [Fact]
    public async Task AnExceptionOfAnAssemblyThatTheParentHasNotLoaded_ComesBackAsItself()
    {
        Assert.DoesNotContain(AppDomain.CurrentDomain.GetAssemblies(), a => a.GetName().Name == "System.Net.Mail");
        var mail = await Assert.ThrowsAnyAsync<Exception>(() => _executor.Submit(static () =>
            throw (Exception)Activator.CreateInstance(Type.GetType("System.Net.Mail.SmtpException, System.Net.Mail", throwOnError: true)!, "m")!).Soon());
        Assert.Equal("System.Net.Mail.SmtpException", mail.GetType().FullName);

        var request = await ComesBack<HttpRequestException>(static () => throw new HttpRequestException(HttpRequestError.NameResolutionError, "m", new TimeoutException("t"), HttpStatusCode.BadGateway));
        Assert.Equal((HttpRequestError.NameResolutionError, HttpStatusCode.BadGateway), (request.HttpRequestError, request.StatusCode));
    }

    [Fact]
    public async Task TypesOfTheUser_KeepWhatTheirConstructorsAndSettersCanGive()
    {
        Assert.Equal(7, (await ComesBack<WithCode>(static () => throw new WithCode("m", 7))).Code);
        Assert.Equal((7, "m (7)"), (await ComesBack<WithCodeInMessage>(static () => throw new WithCodeInMessage("m", 7))) is var composed ? (composed.Code, composed.Message) : default);
        Assert.Equal(8, (await ComesBack<WithSetter>(static () => throw new WithSetter("m") { Code = 8 })).Code);
        Assert.Equal(9, (await ComesBack<WithPrivateSetter>(static () => throw WithPrivateSetter.Of(9))).Code);
        var rich = await ComesBack<Rich>(static () => throw new Rich(new("http://a/b"), new(1, 2), DayOfWeek.Monday, 4.5m, null));
        Assert.Equal((new Uri("http://a/b"), new Version(1, 2), DayOfWeek.Monday, 4.5m, null), (rich.Address, rich.Version, rich.Day, rich.Price, rich.Retries));
        Assert.Equal("bad bob", (await ComesBack<WithReason>(static () => throw new WithReason("bad bob"))).Message);
        Assert.Equal(3, (await ComesBack<Of<DayOfWeek>>(static () => throw new Of<DayOfWeek>("m", 3))).Code);
    }

    [Fact]
    public async Task WhatEveryExceptionHas_IsKept()
    {
        var thrown = await ComesBack<InvalidOperationException>(static () => throw new InvalidOperationException("m") { HResult = 5, HelpLink = "https://help", Source = "here", Data = { ["a"] = 1, [2] = "b", ["no"] = new object() } });
        Assert.Equal((5, "https://help", "here"), (thrown.HResult, thrown.HelpLink, thrown.Source));
        Assert.Equal((1, "b", 2), (thrown.Data["a"], thrown.Data[2], thrown.Data.Count));
    }

    [Fact]
    public async Task WhatCannotBeGivenBack_IsNamedInTheTrace()
    {
        var thrown = await ComesBack<WithObject>(static () => throw new WithObject("m") { Order = new object[1], Code = 1 });
        Assert.Null(thrown.Order);
        Assert.Equal(1, thrown.Code);
        Assert.Contains(", without Order", thrown.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARemoteException_TellsTheProperties()
    {
        var thrown = await Throws<RemoteException>(static () => throw new NeedsMore(new object[1], 7));
        Assert.Equal("no 7", thrown.RemoteMessage);
        Assert.Equal(7, thrown.RemoteProperties[nameof(NeedsMore.Code)]);
    }

    [Fact]
    public async Task InnerOnes_KeepTheirStateToo()
    {
        var thrown = await ComesBack<AggregateException>(static () => throw new AggregateException("all", new WithCode("a", 1), new IOException("b", new WithCode("c", 2))));
        Assert.Equal("all (a) (b)", thrown.Message);
        Assert.Equal(1, Assert.IsType<WithCode>(thrown.InnerExceptions[0]).Code);
        Assert.Equal(2, Assert.IsType<WithCode>(thrown.InnerExceptions[1].InnerException).Code);
    }

    [Fact]
    public async Task AnAggregateOfSharedAggregates_IsToldInParts_AtOnce()
    {
        var thrown = await Throws<AggregateException>(static () =>
        {
            // Two to the fortieth ways lead to the innermost one.
            var shared = new AggregateException("innermost");
            for (var i = 0; i < 40; i++)
                shared = new AggregateException("outer", shared, shared);
            throw shared;
        });
        Assert.Contains("inner exceptions, and what they hold, were left out)", thrown.ToString(), StringComparison.Ordinal);
        Assert.InRange(Count(thrown), 100, RemoteError.MaxExceptions);

        var wide = await Throws<AggregateException>(static () => throw new AggregateException(Enumerable.Range(0, 1000).Select(i => new WithCode("m", i))));
        Assert.Equal(RemoteError.MaxExceptions - 1, wide.InnerExceptions.Count);
        Assert.Contains("(745 inner exceptions", wide.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public void AName_LoadsNothingThatTheApplicationDoesNotList_AndMakesOnlyExceptions()
    {
        var core = typeof(object).Module.ModuleVersionId;
        Assert.Equal(typeof(TimeoutException), ErrorTypes.Find("System.TimeoutException", "System.Private.CoreLib", core));
        Assert.Null(ErrorTypes.Find("System.TimeoutException", "System.Private.CoreLib", Guid.Empty));
        Assert.Null(ErrorTypes.Find("System.Text.StringBuilder", "System.Private.CoreLib", core));
        Assert.Null(ErrorTypes.Find("System.TimeoutException[]", "System.Private.CoreLib", core));
        Assert.Null(ErrorTypes.Find("X", "../../evil", Guid.Empty));
        Assert.Null(ErrorTypes.Find(new string('[', 1_000_000), "System.Private.CoreLib", core));
        var own = typeof(RemoteStateTests);
        Assert.ThrowsAny<Exception>(() => ErrorTypes.Find($"{own.FullName}+Of`1[[X, Unlisted]]", own.Assembly.GetName().Name!, own.Module.ModuleVersionId) ?? throw new TypeLoadException());
    }

    private static int Count(Exception exception) =>
        1 + (exception is AggregateException aggregate ? aggregate.InnerExceptions.Sum(Count) : 0);

    /// <summary>What the work throws, which says the same as when it is thrown here.</summary>
    private async Task<T> ComesBack<T>(Action work)
        where T : Exception
    {
        var thrown = await Throws<T>(work);
        var own = Assert.Throws<T>(work);
        Assert.Equal((own.Message, own.HResult), (thrown.Message, thrown.HResult));
        Assert.Equal(own.InnerException?.Message, thrown.InnerException?.Message);
        return thrown;
    }

    private Task<T> Throws<T>(Action work)
        where T : Exception => Assert.ThrowsAsync<T>(() => _executor.Submit(work).Soon());

    private sealed class WithCode(string message, int code) : Exception(message)
    {
        public int Code { get; } = code;
    }

    private sealed class WithCodeInMessage(string message, int code) : Exception($"{message} ({code})")
    {
        public int Code { get; } = code;
    }

    private sealed class WithSetter(string message) : Exception(message)
    {
        public int Code { get; set; }
    }

    private class WithPrivateSetterBase(string message) : Exception(message)
    {
        public int Code { get; private set; }

        protected void SetCode(int code) => Code = code;
    }

    private sealed class WithPrivateSetter(string message) : WithPrivateSetterBase(message)
    {
        public static WithPrivateSetter Of(int code)
        {
            var made = new WithPrivateSetter("m");
            made.SetCode(code);
            return made;
        }
    }

    private sealed class Rich(Uri address, Version version, DayOfWeek day, decimal price, int? retries) : Exception
    {
        public Uri Address { get; } = address;

        public Version Version { get; } = version;

        public DayOfWeek Day { get; } = day;

        public decimal Price { get; } = price;

        public int? Retries { get; } = retries;
    }

    private sealed class WithReason(string reason) : Exception(reason);

    private sealed class Of<T>(string message, int code) : Exception(message)
    {
        public int Code { get; } = code;

        public override string Message => $"{base.Message} of {typeof(T).Name}";
    }

    private sealed class WithObject(string message) : Exception(message)
    {
        public object[]? Order { get; set; }

        public int Code { get; set; }
    }

    private sealed class NeedsMore(object[] order, int code) : Exception($"no {code}")
    {
        public object[] Order { get; } = order;

        public int Code { get; } = code;
    }
}
