using System.Net.Http.Json;
using System.Text.Json;

namespace Collab.Tests.Browser;

/// <summary>Makes conflicts of each kind, on purpose: two sessions edit one document from the same revision, over REST. The only writer of its documents.</summary>
internal sealed class Meetings(HttpClient http)
{
    private readonly Dictionary<string, (long Head, int Length, long Sequence)> _documents = [];

    /// <summary>Text that no page and no answer of the operators' may show.</summary>
    public const string Secret = "nobody-elses-business";

    /// <summary>Each kind of conflict, and in a document of which kind it is made.</summary>
    public static IReadOnlyDictionary<string, string> Kinds { get; } = new Dictionary<string, string>
    {
        ["concurrent_insert"] = "text",
        ["overlapping_delete"] = "text",
        ["insert_into_deleted"] = "text",
        ["format_against_format"] = "richtext",
        ["format_on_deleted"] = "richtext",
    };

    public async Task<string> StartAsync(string kind, string title)
    {
        string document = await http.CreateAsync(kind, title);
        bool isRich = kind == "richtext";
        _documents[document] = (0, isRich ? 1 : 0, 0);
        string text = string.Concat(Enumerable.Repeat($"{Secret} ", 40));
        await SubmitAsync(document, "api-first", isRich ? [new { insert = text }, new { retain = 1 }] : [text], 0, text.Length);
        return document;
    }

    /// <summary>One conflict of this kind.</summary>
    public async Task MeetAsync(string document, string kind)
    {
        var (head, length, _) = _documents[document];
        (object[] earlier, object[] later, int grown) = kind switch
        {
            "concurrent_insert" => (["a", length], ["b", length], 2),
            "overlapping_delete" => ([-1, length - 1], [-1, length - 1], -1),
            "insert_into_deleted" => ([-4, length - 4], [2, "c", length - 2], -3),
            "format_against_format" => (Format("#111111", length), Format("#222222", length), 0),
            "format_on_deleted" => ([new { delete = 3 }, new { retain = length - 3 }], Format("#333333", length), -3),
            _ => ((object[])[], (object[])[], 0),
        };
        await SubmitAsync(document, "api-first", earlier, head, 0);
        await SubmitAsync(document, "api-second", later, head, grown);
    }

    private static object[] Format(string color, int length) => [new { retain = 3, attributes = new { color } }, new { retain = length - 3 }];

    private async Task SubmitAsync(string document, string session, object[] delta, long @base, int grown)
    {
        var (head, length, sequence) = _documents[document];
        // What the server says may be tried again is, as a back end would: by its sequence it is the same edit.
        for (int attempts = 1; ; attempts++)
        {
            using var answer = await http.PostAsJsonAsync($"/api/documents/{document}/operations", new { session, sequence = sequence + 1, @base, delta });
            var said = await answer.Content.ReadFromJsonAsync<JsonElement>();
            if (answer.IsSuccessStatusCode)
            {
                _documents[document] = (Math.Max(head, said.GetProperty("revision").GetInt64()), length + grown, sequence + 1);
                return;
            }

            Assert.True(attempts < 10 && said.GetProperty("action").GetString() == "retry", $"Attempt {attempts}: {said}");
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }
}
