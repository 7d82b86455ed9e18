using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Collab.Operations.Deltas;

namespace Collab.Tests.Operations;

/// <summary>
/// Real editing sessions (josephg/editing-traces, CC BY 4.0; the corpus's README describes the format). They lie outside the repository:
/// in the folder that <c>COLLAB_CORPUS</c> names, or in <c>shared/corpus</c> beside a folder above the tests.
/// </summary>
internal static class Corpus
{
    /// <summary>One line of a trace: who made it, against which revision, and its patches one after the other.</summary>
    public sealed record Transaction(int Agent, int Base, IReadOnlyList<(int Position, int Deleted, string Inserted)> Patches);

    public static (string FinalSha256, IReadOnlyList<Transaction> Transactions) Read(string file)
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(Folder(), file)), CompressionMode.Decompress));
        using var header = JsonDocument.Parse(lines.ReadLine()!);
        var transactions = new List<Transaction>();
        while (lines.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var patches = root.TryGetProperty("sp", out var submitted) ? submitted : root.GetProperty("p");
            transactions.Add(new Transaction(
                root.TryGetProperty("a", out var agent) ? agent.GetInt32() : 0,
                root.TryGetProperty("base", out var revision) ? revision.GetInt32() : transactions.Count,
                [.. patches.EnumerateArray().Select(patch => (patch[0].GetInt32(), patch[1].GetInt32(), patch[2].GetString()!))]));
        }

        return (header.RootElement.GetProperty("finalSha256").GetString()!, transactions);
    }

    /// <summary>The patches of one transaction as one delta.</summary>
    public static Delta ToDelta(Transaction transaction, int baseLength)
    {
        var delta = Delta.Identity(DeltaForm.Text, baseLength);
        foreach (var (position, deleted, inserted) in transaction.Patches)
        {
            var patch = new DeltaBuilder(DeltaForm.Text).Retain(position).Insert(inserted).Delete(deleted)
                .Retain(delta.TargetLength - position - deleted).Build();
            delta = delta.Compose(patch);
        }

        return delta;
    }

    public static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static string Folder()
    {
        if (Environment.GetEnvironmentVariable("COLLAB_CORPUS") is { Length: > 0 } named) return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared", "corpus") is var corpus && Directory.Exists(corpus)) return corpus;
        throw new DirectoryNotFoundException(
            $"The corpus of editing traces was not found: COLLAB_CORPUS is not set, and there is no shared/corpus beside a folder above {AppContext.BaseDirectory}.");
    }
}
