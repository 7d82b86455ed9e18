using BenchmarkDotNet.Attributes;

namespace Collab.Benchmarks.Algebra;

/// <summary>The algebra on real editing sessions, with allocations. Times are for the whole trace.</summary>
public class TraceBenchmarks
{
    private readonly TraceWorkloads _one = new("rustcode", isConcurrent: false);
    private readonly TraceWorkloads _three = new("clownschool", isConcurrent: true);

    [Benchmark]
    public void Apply() => _one.Apply();

    [Benchmark]
    public void Encode() => _one.Encode();

    [Benchmark]
    public void Decode() => _one.Decode();

    [Benchmark]
    public void Send() => _one.Send();

    [Benchmark]
    public void Receive() => _one.Receive();

    [Benchmark]
    public void Rebase() => _three.Rebase();
}
