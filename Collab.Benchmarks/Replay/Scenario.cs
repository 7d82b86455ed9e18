using System.Diagnostics;
using System.Net.Http.Json;
using Collab.Tests.EndToEnd;
using Collab.Tests.Operations;

namespace Collab.Benchmarks.Replay;

/// <summary>So many authors in each of so many documents, all typing as fast as their edits come back.</summary>
internal sealed record Scenario(string Name, int Documents, int Authors)
{
    // The server's code is compiled and recompiled while it is young; what comes before is not measured.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(6);

    public async Task<Result> RunAsync(IReadOnlyList<Corpus.Transaction> edits, TimeSpan duration)
    {
        await using var server = await ServerProcess.StartAsync(ServerProcess.WithoutRates);
        using var http = new HttpClient { BaseAddress = server.Url };
        List<ReplayClient[]> documents = [];
        for (var document = 0; document < Documents; document++)
        {
            (await http.PostAsJsonAsync("/api/documents", new { id = $"d{document}", kind = "text" })).EnsureSuccessStatusCode();
            documents.Add([.. Enumerable.Range(0, Authors).Select(author =>
                new ReplayClient(server.Url, $"d{document}", edits, firstEdit: ((document * Authors) + author) * 997 % edits.Count))]);
        }

        var clients = documents.SelectMany(authors => authors).ToList();
        await Task.WhenAll(clients.Select(client => client.JoinAsync()));
        foreach (var authors in documents)
        {
            var bySession = authors.ToDictionary(author => author.Session);
            await Task.WhenAll(authors.Select(author => author.StartAsync(bySession)));
        }

        await ReplayClient.GoOnAsync(clients, WarmUp);
        var machine = new MachineCpu(() => [server.Process.Id]);
        clients.ForEach(client => client.Measure(true));
        var watch = Stopwatch.StartNew();
        await ReplayClient.GoOnAsync(clients, duration);
        clients.ForEach(client => client.Measure(false));
        var elapsed = watch.Elapsed;
        var (roles, ownCpu, otherCpu) = machine.Since();
        var resident = server.Process.MemoryBytes;

        await Task.WhenAll(clients.Select(client => client.StopAsync()));
        for (var document = 0; document < Documents; document++)
            await ReplayClient.CheckAsync(http, $"d{document}", documents[document]);
        clients.ForEach(client => client.Dispose());

        var (acknowledgement, propagation) = (new Latencies(), new Latencies());
        clients.ForEach(client => acknowledgement.Add(client.Acknowledgement));
        clients.ForEach(client => propagation.Add(client.Propagation));
        var operations = clients.Sum(client => client.Acknowledged);
        return new Result(
            operations / elapsed.TotalSeconds,
            roles[0].TotalMicroseconds / operations,
            ownCpu.TotalMicroseconds / operations,
            otherCpu / elapsed,
            acknowledgement.Quantile(0.5),
            acknowledgement.Quantile(0.99),
            propagation.Quantile(0.5),
            propagation.Quantile(0.99),
            resident / 1048576.0);
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
