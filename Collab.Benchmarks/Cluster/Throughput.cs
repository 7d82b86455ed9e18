using System.Diagnostics;
using System.Net.Http.Json;
using Collab.Benchmarks.Replay;
using Collab.Tests.Cluster;
using Collab.Tests.EndToEnd;
using Collab.Tests.Operations;

namespace Collab.Benchmarks.Cluster;

/// <summary>Documents with three authors each, two at one web host and one at the other, all typing as fast as their edits come back.</summary>
/// <param name="Silos">Processes of Collab.Silo. 0: none; then the only web host is the whole cluster, with the same database.</param>
internal sealed record Throughput(int Silos, int Documents)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    private static ClusterPlan Plan(int silos) => silos == 0 ? new(0, ["embedded"], Settings: ServerProcess.WithoutRates) : new(silos, ["client", "client"], Settings: ServerProcess.WithoutRates);

    public string Name => Silos == 0 ? $"{Documents} documents, one process" : $"{Documents} documents, {Silos} silo{(Silos == 1 ? "" : "s")} and 2 web hosts";

    public async Task<Result> RunAsync(IReadOnlyList<Corpus.Transaction> edits, TimeSpan duration)
    {
        await using var cluster = await LocalCluster.StartAsync(Plan(Silos));
        using var http = new HttpClient { BaseAddress = cluster.Hosts[0].Url };
        List<ReplayClient[]> documents = [];
        for (var document = 0; document < Documents; document++)
        {
            (await http.PostAsJsonAsync("/api/documents", new { id = $"d{document}", kind = "text" })).EnsureSuccessStatusCode();
            documents.Add([.. Enumerable.Range(0, 3).Select(author => new ReplayClient(
                cluster.Hosts[(document + (author / 2)) % cluster.Hosts.Count].Url, $"d{document}", edits, firstEdit: ((document * 3) + author) * 997 % edits.Count))]);
        }

        var clients = documents.SelectMany(authors => authors).ToList();
        foreach (var authors in documents)
            await Task.WhenAll(authors.Select(author => author.JoinAsync()));
        foreach (var authors in documents)
        {
            var bySession = authors.ToDictionary(author => author.Session);
            await Task.WhenAll(authors.Select(author => author.StartAsync(bySession)));
        }

        await ReplayClient.GoOnAsync(clients, WarmUp);
        var machine = new MachineCpu(() => cluster.Hosts.Select(host => host.Process.Id), () => cluster.Silos.Select(silo => silo.Process.Id), cluster.Postgres.ProcessIds);
        var traffic = new ClusterTraffic(cluster);
        clients.ForEach(client => client.Measure(true));
        var watch = Stopwatch.StartNew();
        await ReplayClient.GoOnAsync(clients, duration);
        clients.ForEach(client => client.Measure(false));
        var elapsed = watch.Elapsed;
        var ((roles, own, other), crossed) = (machine.Since(), traffic.Since());

        await Task.WhenAll(clients.Select(client => client.StopAsync()));
        for (var document = 0; document < Documents; document++)
            await ReplayClient.CheckAsync(http, $"d{document}", documents[document]);
        clients.ForEach(client => client.Dispose());

        var (acknowledgement, near, across) = (new Latencies(), new Latencies(), new Latencies());
        foreach (var client in clients)
        {
            acknowledgement.Add(client.Acknowledgement);
            near.Add(client.Propagation);
            across.Add(client.PropagationAcross);
        }

        double operations = clients.Sum(client => client.Acknowledged);
        return new Result(
            operations / elapsed.TotalSeconds,
            [.. roles.Append(own).Select(role => role.TotalMicroseconds / operations)],
            other / elapsed,
            acknowledgement,
            near,
            across,
            [.. ((string[])[ClusterTraffic.Hosts, ClusterTraffic.Gateways, ClusterTraffic.Silos, ClusterTraffic.Database]).Select(link => crossed[link] / operations)]);
    }

    /// <param name="Microseconds">Processor time for one operation: of the web hosts, the silos, the database, the authors.</param>
    /// <param name="OtherCores">Cores that other programs of the machine used meanwhile: how much to believe the rest.</param>
    /// <param name="Bytes">That crossed for one operation: clients–hosts, hosts–silos, silos–silos, to the database.</param>
    internal sealed record Result(
        double OperationsPerSecond, double[] Microseconds, double OtherCores, Latencies Acknowledgement, Latencies Near, Latencies Across, double[] Bytes);
}
