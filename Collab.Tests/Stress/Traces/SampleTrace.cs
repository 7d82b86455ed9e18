using System.IO.Compression;
using System.Text.Json;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.Text;
using Collab.Tests.Operations;

namespace Collab.Tests.Stress.Traces;

/// <summary>A trace in a file of its own, which goes with it.</summary>
internal sealed class SampleTrace : IDisposable
{
    /// <summary>Two people: the second writes at the end while the first writes at the beginning, and takes that back while the second goes on.</summary>
    public static string[] OfTwo { get; } =
    [
        """{"format":"conctrace/1","name":"two","start":"","txns":6,"agents":2,"finalSha256":"SHA"}""".Replace("SHA", Corpus.Sha256("hello world!"), StringComparison.Ordinal),
        """{"a":0,"t":1000,"base":0,"p":[[0,0,"hello"]]}""",
        """{"a":1,"t":1100,"base":1,"p":[[5,0," world"]]}""",
        """{"a":0,"t":1100,"base":1,"p":[[0,0,">> "]]}""",
        """{"a":1,"t":1200,"base":3,"p":[[14,0,"!"]]}""",
        """{"a":0,"t":1200,"base":3,"p":[[0,3,""]]}""",
        """{"a":0,"base":5,"p":[]}""",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collab-trace-");

    public SampleTrace(IEnumerable<string> lines, bool isZipped = false)
    {
        Path = System.IO.Path.Combine(_folder.FullName, isZipped ? "trace.jsonl.gz" : "trace.jsonl");
        using var bytes = File.Create(Path);
        using Stream stream = isZipped ? new GZipStream(bytes, CompressionLevel.Fastest) : bytes;
        using var text = new StreamWriter(stream);
        foreach (string line in lines)
            text.Write(line + "\n");
    }

    public string Path { get; }

    /// <summary>The beginning of a trace of the corpus, as a trace of its own.</summary>
    public static SampleTrace Beginning(string file, int transactions)
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(System.IO.Path.Combine(Corpus.Folder(), file)), CompressionMode.Decompress));
        using var header = JsonDocument.Parse(lines.ReadLine()!);
        string[] beginning = [.. Enumerable.Range(0, transactions).Select(_ => lines.ReadLine()!)];
        int agents = header.RootElement.TryGetProperty("agents", out var several) ? several.GetInt32() : 1;
        string sha = Corpus.Sha256(TextAfter([.. Corpus.Read(file).Transactions.Take(transactions)]));
        return new SampleTrace([JsonSerializer.Serialize(new { format = header.RootElement.GetProperty("format").GetString(), name = file, start = "", txns = transactions, agents, finalSha256 = sha }), .. beginning], isZipped: true);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // As a server orders it: each one moved over what its author did not have.
    private static string TextAfter(Corpus.Transaction[] transactions)
    {
        var content = new List<TextContent> { (TextContent)DocumentKinds.Find("text")!.Initial };
        var log = new List<Delta>();
        foreach (var transaction in transactions)
        {
            var delta = Corpus.ToDelta(transaction, content[transaction.Base].Length);
            foreach (var other in log.Skip(transaction.Base))
                delta = Delta.Transform(delta, other, TransformOrder.OverFirst);
            log.Add(delta);
            content.Add((TextContent)content[^1].Apply(delta));
        }

        return content[^1].ToString()!;
    }
}
