using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Collab.Benchmarks.Algebra;
using Collab.Benchmarks.BareHub;
using Collab.Benchmarks.Capacity;
using Collab.Benchmarks.Cluster;
using Collab.Benchmarks.Fairness;
using Collab.Benchmarks.Log;
using Collab.Benchmarks.Observability;
using Collab.Benchmarks.Presence;
using Collab.Benchmarks.Replay;

switch (args)
{
    case ["micro", .. var rest]:
        // In the process: the project that BenchmarkDotNet would generate elsewhere does not know which set of packages this build has.
        var config = DefaultConfig.Instance
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(10))
            .AddDiagnoser(MemoryDiagnoser.Default);
        BenchmarkSwitcher.FromAssembly(typeof(AlgebraComparison).Assembly).Run(rest, config);
        return 0;
    case ["algebra", .. var rest]:
        return AlgebraComparison.Run(rest);
    case ["replay", .. var rest]:
        return await ReplayCommand.RunAsync(rest);
    case ["groupcommit", .. var rest]:
        return await GroupCommitCommand.RunAsync(rest);
    case ["capacity", .. var rest]:
        return CapacityCommand.Run(rest);
    case ["load", .. var rest]:
        return await LoadCommand.RunAsync(rest);
    case ["presence", .. var rest]:
        return await PresenceCommand.RunAsync(rest);
    case ["fairness", .. var rest]:
        return await FairnessCommand.RunAsync(rest);
    case ["cluster", .. var rest]:
        return await ClusterCommand.RunAsync(rest);
    case ["observability", .. var rest]:
        return await ObservabilityCommand.RunAsync(rest);
    case ["barehub", .. var rest]:
        return await BareHubCommand.RunAsync(rest);
    case ["prewrite", .. var rest]:
        return await PrewriteCommand.RunAsync(rest);
    default:
        Console.Error.WriteLine(
            """
            usage: dotnet run -c Release --project Collab.Benchmarks -- <command>
              micro [--filter '*']    BenchmarkDotNet: log, algebra and pipelines, with allocations
              algebra [runs] [alone]  the algebra on the editing traces beside quill-delta, ot-text-unicode, yjs, loro-crdt and diamond-types
                                      (first, once: npm ci in Collab.Benchmarks/peers/algebra)
              groupcommit [seconds]   the log writer on each store: rate and latency by documents, flush interval and flush size
              capacity check|fleet    the capacity model of docs/scaling.md: beside what was measured, and for fleets
              load [operations ...]   loading a document, by the length of its history
              replay [seconds] [runs] a real server process with SQLite, loaded over WebSocket
              presence [seconds] [lookers-on ...]
                                      ten who move their carets before so many who look on
              fairness [seconds] [unlimited]
                                      quiet people beside noise of several kinds, with and without the limits on rates
              cluster throughput [seconds] [runs] [documents]
                                      0 to 3 silos and two web hosts as processes on one PostgreSQL; the real packages only
              cluster idle [connections] [length]
                                      memory and processor time of those who do nothing
              observability [rounds] [idle seconds]
                                      what it costs to be measured: requests, operations and idling, with Collab:Metrics:Enabled and without
              barehub PORT            a SignalR hub that only orders and broadcasts, which peers measures beside the others
              prewrite FILE DOCUMENT OPERATIONS
                                      a SQLite log with a document of that history, which curves starts from
            """);
        return 2;
}
