using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>What a call of a library means for the thread that makes it.</summary>
internal enum CallEffect
{
    /// <summary>Nobody knows.</summary>
    Opaque,

    /// <summary>Neither computes nor waits to speak of.</summary>
    Neutral,

    /// <summary>Computes a little: counts once it is repeated.</summary>
    Calculates,

    /// <summary>Computes in proportion to its data.</summary>
    Computes,

    /// <summary>Reads or writes a file.</summary>
    Reads,

    /// <summary>Waits: for the network, a database, a clock, another thread.</summary>
    Waits,

    /// <summary>Waits for another process.</summary>
    Communicates,

    /// <summary>Does something to the process that it runs in, or asks about it: in another process, it means something else.</summary>
    ConcernsProcess,

    /// <summary>Runs the delegates that it is given once for each element, before it returns or when its result is enumerated.</summary>
    RunsEach,

    /// <summary>Runs the delegates that it is given, at most once.</summary>
    RunsOnce,

    /// <summary>Takes CPython's global interpreter lock.</summary>
    TakesGil,
}

/// <summary>
/// The names of the BCL and of well-known libraries by what a call of them costs. The longest name that fits a member wins,
/// so a namespace gives the rule and a type or member the exception. Matched by name: a library need not be there.
/// </summary>
internal static class WorkTable
{
    private static readonly Dictionary<string, CallEffect> s_effects = Parse(
        (CallEffect.Neutral, """
            System
            Tandem
            Microsoft.Extensions.Logging Microsoft.Extensions.Primitives Microsoft.Extensions.Options
            Xunit NUnit.Framework Microsoft.VisualStudio.TestTools.UnitTesting FluentAssertions
            """),
        (CallEffect.Opaque, """
            System.Activator System.Delegate System.Reflection System.Windows System.Web System.ComponentModel System.Linq.Queryable
            System.Linq.Expressions.LambdaExpression System.Linq.Expressions.Expression`1 System.Dynamic System.AppDomain
            System.Runtime.InteropServices System.CodeDom System.Workflow System.Activities System.Transactions System.Resources
            """),
        (CallEffect.Calculates, """
            System.Math System.MathF System.Numerics System.Random.NextDouble System.Random.NextBytes System.HashCode System.Runtime.Intrinsics
            System.Int32.Parse System.Int32.TryParse System.Int64.Parse System.Int64.TryParse System.Double.Parse System.Double.TryParse
            System.Single.Parse System.Single.TryParse System.Decimal.Parse System.Decimal.TryParse System.DateTime.Parse System.DateTime.ParseExact
            System.DateTime.TryParse System.DateTime.TryParseExact System.Convert.ToBase64String System.Convert.FromBase64String
            System.Convert.ToHexString System.Convert.FromHexString System.String.Split System.String.Replace System.String.IndexOf System.String.Chars
            System.Text.Encoding.GetBytes System.Text.Encoding.GetString System.Text.Rune System.MemoryExtensions.IndexOf
            System.Text.RegularExpressions.Regex.IsMatch System.Text.RegularExpressions.Regex.Match
            System.Linq.Enumerable.Sum System.Linq.Enumerable.Average System.Linq.Enumerable.Max System.Linq.Enumerable.Min
            System.Text.Json.Utf8JsonReader System.Text.Json.Utf8JsonWriter System.Drawing.Bitmap.GetPixel System.Drawing.Bitmap.SetPixel
            """),
        (CallEffect.Computes, """
            System.Array.Sort System.Collections.Generic.List`1.Sort System.MemoryExtensions.Sort System.Linq.Enumerable.Order
            System.Linq.Enumerable.OrderDescending
            System.Numerics.BigInteger.Pow System.Numerics.BigInteger.ModPow System.Numerics.BigInteger.GreatestCommonDivisor System.Numerics.TensorPrimitives
            System.Numerics.Tensors
            System.Security.Cryptography.HashAlgorithm System.Security.Cryptography.Rfc2898DeriveBytes System.Security.Cryptography.HKDF
            System.Security.Cryptography.IncrementalHash.AppendData System.Security.Cryptography.SHA1.HashData System.Security.Cryptography.SHA256.HashData
            System.Security.Cryptography.SHA384.HashData System.Security.Cryptography.SHA512.HashData System.Security.Cryptography.MD5.HashData
            System.Security.Cryptography.SHA3_256.HashData System.Security.Cryptography.SHA3_512.HashData
            System.Security.Cryptography.HMACSHA256.HashData System.Security.Cryptography.HMACSHA512.HashData
            System.Security.Cryptography.CryptoStream System.Security.Cryptography.ICryptoTransform System.Security.Cryptography.SymmetricAlgorithm.EncryptCbc
            System.Security.Cryptography.SymmetricAlgorithm.DecryptCbc System.Security.Cryptography.AesGcm.Encrypt System.Security.Cryptography.AesGcm.Decrypt
            System.Security.Cryptography.RSA.Create System.Security.Cryptography.RSA.SignData System.Security.Cryptography.RSA.VerifyData
            System.Security.Cryptography.RSA.Encrypt System.Security.Cryptography.RSA.Decrypt
            System.IO.Hashing
            System.IO.Compression.GZipStream System.IO.Compression.DeflateStream System.IO.Compression.BrotliStream System.IO.Compression.ZLibStream
            System.IO.Compression.BrotliEncoder System.IO.Compression.BrotliDecoder
            System.Text.RegularExpressions.Regex.Matches System.Text.RegularExpressions.Regex.Replace System.Text.RegularExpressions.Regex.Split
            System.Text.RegularExpressions.Regex.Count System.Text.RegularExpressions.Regex.EnumerateMatches
            System.Text.Json.JsonSerializer System.Text.Json.JsonDocument.Parse System.Text.Json.Nodes.JsonNode.Parse
            System.Xml.Linq.XDocument.Parse System.Xml.Linq.XElement.Parse System.Xml.XmlDocument.LoadXml System.Xml.Serialization.XmlSerializer.Serialize
            System.Xml.Serialization.XmlSerializer.Deserialize System.Xml.Xsl.XslCompiledTransform.Transform
            System.Linq.Expressions.LambdaExpression.Compile System.Linq.Expressions.Expression`1.Compile
            Newtonsoft.Json.JsonConvert Newtonsoft.Json.Linq.JObject.Parse Newtonsoft.Json.Linq.JArray.Parse Newtonsoft.Json.Linq.JToken.Parse
            SixLabors.ImageSharp.Processing SkiaSharp.SKBitmap.Resize OpenCvSharp.Cv2 MathNet.Numerics BCrypt.Net.BCrypt
            """),
        (CallEffect.Reads, """
            System.IO System.IO.StreamWriter System.IO.Compression.ZipFile System.Xml.Linq.XDocument.Load System.Xml.Linq.XElement.Load System.Xml.XmlDocument.Load
            System.Xml.XmlDocument.Save System.Xml.Linq.XDocument.Save System.Drawing.Image.FromFile System.Drawing.Image.Save
            SixLabors.ImageSharp.Image.Load SixLabors.ImageSharp.ImageExtensions.Save System.Diagnostics.Process.GetProcesses Microsoft.Win32
            """),
        (CallEffect.Neutral, """
            System.IO.Path System.IO.MemoryStream System.IO.StringReader System.IO.TextWriter System.IO.StringWriter System.IO.BinaryReader System.IO.BinaryWriter
            System.IO.UnmanagedMemoryStream System.IO.Hashing.NonCryptographicHashAlgorithm..ctor System.IO.FileInfo..ctor System.IO.DirectoryInfo..ctor
            System.IO.IOException System.IO.FileNotFoundException System.IO.InvalidDataException System.IO.EndOfStreamException System.IO.Pipelines
            System.IO.Compression.GZipStream..ctor System.IO.Compression.DeflateStream..ctor System.IO.Compression.BrotliStream..ctor
            System.IO.Compression.ZLibStream..ctor System.IO.Compression.GZipStream.Dispose System.IO.Compression.DeflateStream.Dispose
            System.IO.Stream.Dispose System.IO.Stream.Length System.IO.Stream.Position System.IO.TextReader.Dispose System.IO.Stream.CanRead System.IO.Stream.CanSeek
            System.Security.Cryptography.HashAlgorithm..ctor System.Security.Cryptography.HashAlgorithm.Create System.Security.Cryptography.HashAlgorithm.Dispose
            System.Security.Cryptography.HashAlgorithm.HashSize System.Security.Cryptography.HashAlgorithm.Hash
            System.Security.Cryptography.ICryptoTransform.Dispose System.Security.Cryptography.CryptoStream..ctor System.Security.Cryptography.CryptoStream.Dispose
            System.Xml.Serialization.XmlSerializer..ctor MathNet.Numerics.Constants
            System.Net.IPAddress System.Net.IPEndPoint System.Net.EndPoint System.Net.WebUtility System.Net.DnsEndPoint System.Net.HttpStatusCode
            System.Net.Http.HttpRequestMessage System.Net.Http.HttpResponseMessage System.Net.Http.Headers System.Net.Http.HttpMethod System.Net.Http.HttpClient..ctor
            System.Net.Sockets.SocketException System.Net.NetworkCredential System.Net.CookieContainer System.Net.Sockets.Socket..ctor
            System.Data.DataTable System.Data.DataRow System.Data.DataSet System.Data.DBNull System.Data.DataColumn System.Data.DataView System.Data.IDataRecord
            System.Data.Common.DbParameter System.Data.IDbDataParameter System.Data.Common.DbDataReader.Item System.Data.Common.DbCommand.CommandText
            System.Diagnostics.Process.Id
            """),
        (CallEffect.Waits, """
            System.Net System.Data Microsoft.Data System.IO.Pipes System.IO.Ports System.ServiceModel System.DirectoryServices System.Messaging
            System.Management System.Device Microsoft.EntityFrameworkCore Microsoft.Extensions.Caching.Distributed Dapper Npgsql MySql MySqlConnector MongoDB
            StackExchange.Redis Confluent.Kafka RabbitMQ.Client Grpc Azure Amazon Google.Cloud RestSharp Refit Flurl Renci.SshNet MailKit Oracle Elasticsearch
            Nest Cassandra Microsoft.Azure MassTransit
            System.IO.Stream System.IO.TextReader
            System.Diagnostics.Process System.Console.Read System.Console.ReadLine System.Console.ReadKey System.Console.In System.Console.KeyAvailable
            System.Threading.Thread.Sleep System.Threading.Thread.Join System.Threading.Thread.Yield System.Threading.Thread.SpinWait System.Threading.SpinWait
            System.Threading.Monitor.Wait System.Threading.WaitHandle.WaitOne System.Threading.WaitHandle.WaitAll System.Threading.WaitHandle.WaitAny
            System.Threading.WaitHandle.SignalAndWait System.Threading.SemaphoreSlim.Wait System.Threading.SemaphoreSlim.WaitAsync
            System.Threading.ManualResetEventSlim.Wait System.Threading.CountdownEvent.Wait System.Threading.Barrier.SignalAndWait
            System.Threading.PeriodicTimer.WaitForNextTickAsync
            System.Threading.Tasks.Task.Delay System.Threading.Tasks.Task.Wait System.Threading.Tasks.Task.WaitAll System.Threading.Tasks.Task.WaitAny
            System.Threading.Tasks.Task`1.Result System.Threading.Tasks.Task.WaitAsync System.Threading.Tasks.Task`1.WaitAsync
            System.Runtime.CompilerServices.TaskAwaiter.GetResult System.Runtime.CompilerServices.TaskAwaiter`1.GetResult
            System.Collections.Concurrent.BlockingCollection`1.Take System.Collections.Concurrent.BlockingCollection`1.TryTake
            System.Collections.Concurrent.BlockingCollection`1.Add System.Collections.Concurrent.BlockingCollection`1.GetConsumingEnumerable
            System.Threading.Channels.ChannelReader`1 System.Threading.Channels.ChannelWriter`1.WriteAsync System.Threading.Channels.ChannelWriter`1.WaitToWriteAsync
            Tandem.ThreadQueue`1
            """),
        (CallEffect.Communicates, """
            Tandem.ProcessQueue`1 Tandem.PipeEnd`1 Tandem.ProcessEvent Tandem.ProcessCondition Tandem.ProcessBarrier Tandem.ProcessSemaphore Tandem.ProcessWait
            Tandem.WorkerProcess.Join Tandem.Executor
            """),
        (CallEffect.ConcernsProcess, """
            System.Environment.Exit System.Environment.FailFast System.Environment.ExitCode System.Environment.ProcessId System.Environment.CurrentDirectory
            System.Environment.SetEnvironmentVariable System.Environment.CommandLine System.Environment.WorkingSet System.GC System.Runtime.GCSettings
            System.Console.SetOut System.Console.SetError System.Console.SetIn System.Diagnostics.Process.GetCurrentProcess
            System.Globalization.CultureInfo.DefaultThreadCurrentCulture
            """),
        (CallEffect.RunsEach, """
            System.Linq.Enumerable System.Linq.ParallelEnumerable System.Threading.Tasks.Parallel System.Collections.Generic.List`1.ForEach
            System.Collections.Generic.List`1.FindAll System.Collections.Generic.List`1.ConvertAll System.Collections.Generic.List`1.Find
            System.Collections.Generic.List`1.Exists System.Collections.Generic.List`1.TrueForAll System.Collections.Generic.List`1.RemoveAll
            System.Collections.Generic.List`1.FindIndex System.Array.ForEach System.Array.ConvertAll System.Array.FindAll System.Array.Find
            System.Array.Exists System.Array.TrueForAll System.Array.FindIndex
            """),
        (CallEffect.Computes, """
            System.Linq.Enumerable.OrderBy System.Linq.Enumerable.OrderByDescending
            """),
        (CallEffect.RunsOnce, """
            System.Threading.Tasks.Parallel.Invoke System.Threading.Tasks.Task.Run System.Threading.Tasks.TaskFactory.StartNew System.Threading.Tasks.TaskFactory`1.StartNew
            """),
        (CallEffect.TakesGil, """
            Python.Runtime.Py.GIL Python.Runtime.PythonEngine.AcquireLock
            """));

    /// <summary>What a call of <paramref name="member"/> costs; <paramref name="receiver"/> is the type that it is called on, which may know better than the type that declares it.</summary>
    public static CallEffect EffectOf(ISymbol member, ITypeSymbol? receiver)
    {
        // Of a member, its own name tells more than any name of its type, also where a base type declares the member.
        foreach (var type in Types(receiver).Concat(Types(member.ContainingType)))
            if (s_effects.TryGetValue(FullName(type) + "." + member.Name, out var effect)) return effect;
        foreach (var type in Types(receiver).Concat(Types(member.ContainingType)))
            if (s_effects.TryGetValue(FullName(type), out var effect)) return effect;
        for (var space = member.ContainingNamespace; space is { IsGlobalNamespace: false }; space = space.ContainingNamespace)
            if (s_effects.TryGetValue(space.ToDisplayString(), out var effect)) return effect;
        return CallEffect.Opaque;
    }

    private static IEnumerable<INamedTypeSymbol> Types(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
            if (type is INamedTypeSymbol named && named.SpecialType != SpecialType.System_Object)
                yield return named.OriginalDefinition;
    }

    private static string FullName(INamedTypeSymbol type) =>
        type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + type.MetadataName : type.MetadataName;

    private static Dictionary<string, CallEffect> Parse(params (CallEffect Effect, string Names)[] groups)
    {
        var effects = new Dictionary<string, CallEffect>();
        foreach (var (effect, names) in groups)
            foreach (var name in names.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
                effects[name] = effect;
        return effects;
    }
}
