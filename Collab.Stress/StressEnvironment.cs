using System.Globalization;
using Collab.Stress.Editing.Edits;

namespace Collab.Stress;

/// <summary>Variables that stand in place of a scenario's defaults; options are stronger.</summary>
/// <param name="read">Null or empty: not set.</param>
internal sealed class StressEnvironment(Func<string, string?> read)
{
    // Of the inserts, where the scenario itself has no pastes.
    private const double PasteShare = 0.02;

    /// <summary>Each variable, and what it says: for the help.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Variables { get; } =
    [
        ("TEST_DURATION", "As --duration: 30s, 5m; a plain number counts seconds."),
        ("CONCURRENT_WORKERS", "As --clients."),
        ("BATCH_SIZE", "As --insert-length: code units of an insert. Plain HTTP has no use for it."),
        ("BUFFER_SIZE", $"Code units of a paste, 1–{Pastes.LengthLimit} or 10kb: 2% of the inserts, where the scenario has no other share. Of plain HTTP: bytes of a request's body, where its method has one and nothing else says it."),
        ("COLLAB_API_KEY, COLLAB_TOKEN", "As --api-key, --token."),
        ("NO_COLOR", "As --no-color."),
    ];

    public TimeSpan? Duration => Read("TEST_DURATION", text =>
        Stress.Duration.TryParse(text.All(char.IsAsciiDigit) ? text + "s" : text, out var duration) && duration >= TimeSpan.FromSeconds(1) ? duration : (TimeSpan?)null,
        "1s to a day: 30, 30s, 5m, 1h or hh:mm:ss");

    public int? Clients => Number("CONCURRENT_WORKERS", StressPlan.ClientsLimit);

    public int? BatchSize => Number("BATCH_SIZE", Pastes.LengthLimit);

    public int? BufferSize => Read("BUFFER_SIZE", text => Pastes.TryParseLength(text, out int length) ? length : (int?)null, $"1–{Pastes.LengthLimit}, or 10kb");

    public string? ApiKey => Text("COLLAB_API_KEY");

    public string? Token => Text("COLLAB_TOKEN");

    public Pastes Over(Pastes pastes) => BufferSize is { } length ? new Pastes(pastes.Share > 0 ? pastes.Share : PasteShare, length) : pastes;

    private int? Number(string name, int limit) =>
        Read(name, text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= limit ? number : (int?)null, $"1–{limit}");

    private T? Read<T>(string name, Func<string, T?> parse, string range)
        where T : struct =>
        Text(name) is not { } text ? null : parse(text) ?? throw new InvalidPlanException($"{name} of the environment is '{text}'; it is {range}.");

    private string? Text(string name) => read(name) is { Length: > 0 } text ? text : null;
}
