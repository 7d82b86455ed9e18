using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Collab.Contracts.Documents;

namespace Collab.Tests.Documents;

public sealed class OperationBytesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_kept_never_changes_whatever_follows(int seed)
    {
        var random = new Random(seed);
        var bytes = new OperationBytes();
        var all = new List<(byte[] Before, ReadOnlyMemory<byte> Kept)>();
        for (int i = 0; i < 5_000; i++)
        {
            byte[] before = new byte[random.Next(10) == 0 ? random.Next(10_000) : random.Next(300)];
            random.NextBytes(before);
            all.Add((before, bytes.Keep(before)));
            if (random.Next(500) == 0)
                bytes.Clear();
        }

        Assert.All(all, pair => Assert.True(pair.Before.AsSpan().SequenceEqual(pair.Kept.Span), $"Seed {seed}."));
    }

    [Fact]
    public void A_few_keystrokes_hold_no_large_chunk_and_many_share_one()
    {
        var bytes = new OperationBytes();
        int[] chunks = [.. Enumerable.Range(0, 1_000).Select(_ => Chunk(bytes.Keep(new byte[120]))).Distinct().Select(chunk => chunk.Length)];
        Assert.Equal([128, 256, 512, 1_024, 2_048], chunks[..5]);
        Assert.All(chunks[5..], length => Assert.Equal(OperationBytes.ChunkLimit, length));
        Assert.InRange(chunks.Sum(), 120_000, 130_000);
    }

    [Fact]
    public void A_large_one_is_an_array_by_itself()
    {
        var bytes = new OperationBytes();
        var before = bytes.Keep(new byte[50]);
        Assert.Equal(2_000, Chunk(bytes.Keep(new byte[2_000])).Length);
        Assert.Same(Chunk(before), Chunk(bytes.Keep(new byte[50])));
    }

    [Fact]
    public void Whoever_lets_go_of_the_oldest_lets_go_of_whole_chunks()
    {
        var bytes = new OperationBytes();
        var (chunks, newest) = Fill(bytes);
        GC.Collect();
        Assert.InRange(chunks.Count(chunk => chunk.IsAlive), 0, 1);
        Assert.Equal(7, newest.Span[0]);
        GC.KeepAlive(bytes);
    }

    // By itself: what a method has had in its hands may stay alive until its end.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference[] Chunks, ReadOnlyMemory<byte> Newest) Fill(OperationBytes bytes)
    {
        byte[] sevens = [.. Enumerable.Repeat((byte)7, 200)];
        var kept = Enumerable.Range(0, 500).Select(_ => bytes.Keep(sevens)).ToList();
        return ([.. kept.Select(Chunk).Distinct().Select(chunk => new WeakReference(chunk))], kept[^1]);
    }

    private static byte[] Chunk(ReadOnlyMemory<byte> kept) => MemoryMarshal.TryGetArray(kept, out var segment) ? segment.Array! : throw new InvalidOperationException("It is in no array.");
}
