using System.Text.Json;
using System.Text.Json.Serialization;
using Tandem.Runtime.Tests.Executors;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>When a worker dies of a <see cref="DeadlyValue"/>.</summary>
public enum Moment
{
    ReadingArguments,
    Running,
    WritingTheResult,
}

/// <summary>Kills the worker to which it comes as an argument and from which it goes as a result, at its moment. Who deadlocks says first that he is there.</summary>
[JsonConverter(typeof(Converter))]
public sealed record DeadlyValue(Moment Moment, Death Death, string Path)
{
    public static DeadlyValue Run(DeadlyValue value)
    {
        value.DieAt(Moment.Running);
        return value;
    }

    private void DieAt(Moment moment)
    {
        if (moment != Moment)
            return;
        using var connection = Death == Death.Deadlock ? Rendezvous.Announce(Path) : null;
        Work.Die(Death);
    }

    private sealed class Converter : JsonConverter<DeadlyValue>
    {
        /// <summary>The parent writes it before any worker sees it.</summary>
        private static readonly bool s_isWorker = Environment.GetCommandLineArgs().Contains("--tandem-worker");

        public override DeadlyValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var parts = reader.GetString()!.Split('|');
            var value = new DeadlyValue(Enum.Parse<Moment>(parts[0]), Enum.Parse<Death>(parts[1]), parts[2]);
            if (s_isWorker)
                value.DieAt(Moment.ReadingArguments);
            return value;
        }

        public override void Write(Utf8JsonWriter writer, DeadlyValue value, JsonSerializerOptions options)
        {
            if (s_isWorker)
                value.DieAt(Moment.WritingTheResult);
            writer.WriteStringValue($"{value.Moment}|{value.Death}|{value.Path}");
        }
    }
}
