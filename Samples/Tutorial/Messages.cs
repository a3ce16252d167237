using System.Text.Json.Nodes;

namespace Tandem.Tutorial;

/// <summary>A message of a number, nothing and a text, through a queue and through a pipe.</summary>
internal static class Messages
{
    public static Task Run()
    {
        using var queue = new ProcessQueue<JsonNode?[]>();
        using var putter = WorkerProcess.Start(static queue => queue.Put([42, null, "hello"]), queue);
        Console.WriteLine($"queue: {Show(queue.Take())}");
        putter.Join();

        var (here, there) = ProcessPipe.Create<JsonNode?[]>();
        using (here)
        using (there)
        {
            using var sender = WorkerProcess.Start(static end => end.Send([42, null, "hello"]), there);
            Console.WriteLine($"pipe: {Show(here.Receive())}");
            sender.Join();
        }

        return Task.CompletedTask;
    }

    private static string Show(JsonNode?[] message) => $"[{string.Join(", ", message.Select(item => item?.ToJsonString() ?? "null"))}]";
}
