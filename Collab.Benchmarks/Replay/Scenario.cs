using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Tests.Operations;

namespace Collab.Benchmarks.Replay;

/// <summary>So many authors in each of so many documents, all typing as fast as their edits come back.</summary>
internal sealed record Scenario(string Name, int Documents, int Authors)
{
    // The server's code is compiled and recompiled while it is young; what comes before is not measured.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(6);

    public async Task<Result> RunAsync(IReadOnlyList<Corpus.Transaction> edits, TimeSpan duration)
    {
        await using var server = await ServerProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        List<ReplayClient[]> documents = [];
        for (var document = 0; document < Documents; document++)
        {
            (await http.PostAsJsonAsync("/api/documents", new { id = $"d{document}", kind = "text" })).EnsureSuccessStatusCode();
            documents.Add([.. Enumerable.Range(0, Authors).Select(author =>
                new ReplayClient(server.Address, $"d{document}", edits, firstEdit: ((document * Authors) + author) * 997 % edits.Count))]);
        }

        var clients = documents.SelectMany(authors => authors).ToList();
        await Task.WhenAll(clients.Select(client => client.JoinAsync()));
        foreach (var authors in documents)
        {
            var bySession = authors.ToDictionary(author => author.Session);
            await Task.WhenAll(authors.Select(author => author.StartAsync(bySession)));
        }

        await GoOnAsync(clients, WarmUp);
        var machine = new MachineCpu(server);
        clients.ForEach(client => client.Measure(true));
        var watch = Stopwatch.StartNew();
        await GoOnAsync(clients, duration);
        clients.ForEach(client => client.Measure(false));
        var elapsed = watch.Elapsed;
        var (serverCpu, ownCpu, otherCpu) = machine.Since();
        var resident = server.ResidentBytes;

        await Task.WhenAll(clients.Select(client => client.StopAsync()));
        for (var document = 0; document < Documents; document++)
            await CheckAsync(http, $"d{document}", documents[document]);
        clients.ForEach(client => client.Dispose());

        var (acknowledgement, propagation) = (new Latencies(), new Latencies());
        clients.ForEach(client => acknowledgement.Add(client.Acknowledgement));
        clients.ForEach(client => propagation.Add(client.Propagation));
        var operations = clients.Sum(client => client.Acknowledged);
        return new Result(
            operations / elapsed.TotalSeconds,
            serverCpu.TotalMicroseconds / operations,
            ownCpu.TotalMicroseconds / operations,
            otherCpu / elapsed,
            acknowledgement.Quantile(0.5),
            acknowledgement.Quantile(0.99),
            propagation.Quantile(0.5),
            propagation.Quantile(0.99),
            resident / 1048576.0);
    }

    /// <summary>Waits, unless a client fails first: then with its failure.</summary>
    private static async Task GoOnAsync(IEnumerable<ReplayClient> clients, TimeSpan time) =>
        await await Task.WhenAny(clients.Select(client => client.Receiving).Append(Task.Delay(time)));

    /// <summary>Speed counts only when nothing is missing: each acknowledged edit is one revision, and the text is as long as the authors think.</summary>
    private static async Task CheckAsync(HttpClient http, string document, ReplayClient[] authors)
    {
        var content = await http.GetFromJsonAsync<JsonElement>($"/api/documents/{document}/content");
        var (revision, length) = (content.GetProperty("revision").GetInt64(), content.GetProperty("content").GetString()!.Length);
        var acknowledged = authors.Sum(author => author.AcknowledgedInAll);
        if (revision != acknowledged)
            throw new InvalidOperationException($"{document} is at revision {revision}, but {acknowledged} operations were acknowledged.");
        if (authors.FirstOrDefault(author => author.Revision == revision) is { } newest && newest.Length != length)
            throw new InvalidOperationException($"{document} is {length} code units long, but an author at the same revision thinks {newest.Length}.");
    }

    /// <param name="OperationsPerSecond">Acknowledged, all documents together.</param>
    /// <param name="ServerMicroseconds">CPU time of the server for one of them.</param>
    /// <param name="OwnMicroseconds">CPU time of the authors for one of them; they share the machine.</param>
    /// <param name="OtherCores">Cores that other programs of the machine used meanwhile: how much to believe the rest.</param>
    internal sealed record Result(
        double OperationsPerSecond,
        double ServerMicroseconds,
        double OwnMicroseconds,
        double OtherCores,
        double AcknowledgementP50,
        double AcknowledgementP99,
        double PropagationP50,
        double PropagationP99,
        double ResidentMebibytes);
}
