using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Collab.Benchmarks.Algebra;
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
    default:
        Console.Error.WriteLine(
            """
            usage: dotnet run -c Release --project Collab.Benchmarks -- <command>
              micro [--filter '*']    BenchmarkDotNet: log and algebra, with allocations
              algebra [runs]          the algebra on the editing traces beside quill-delta, ot-text-unicode and yjs
                                      (first, once: npm ci in Collab.Benchmarks/peers/algebra)
              replay [seconds] [runs] a real server process with SQLite, loaded over WebSocket
            """);
        return 2;
}
