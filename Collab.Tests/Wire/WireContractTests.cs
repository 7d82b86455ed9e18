using Collab.Contracts;
using Collab.Grains.Documents;
using Collab.Tests.Operations;

namespace Collab.Tests.Wire;

/// <summary>
/// <c>current.txt</c> is what this code says across grain calls, so that a change is a line in a review; COLLAB_WRITE_SURFACE=1 writes it anew. <c>released.txt</c> is what the released version says, which has to
/// get along with this one in a cluster that is being upgraded; it is replaced by <c>current.txt</c> at a release, and at no other time.
/// </summary>
public sealed class WireContractTests
{
    private static readonly WireContract Current = WireContract.Of(typeof(DocumentId).Assembly, typeof(DocumentGrain).Assembly);

    [Fact]
    public void What_crosses_grain_calls_is_as_written_down()
    {
        string path = PathOf("current.txt");
        string seen = Current.ToString();
        if (Environment.GetEnvironmentVariable("COLLAB_WRITE_SURFACE") == "1")
            File.WriteAllText(path, seen);
        string[] written = File.ReadAllLines(path);
        Assert.True(
            seen == File.ReadAllText(path),
            "What crosses grain calls changed; if that is meant, run this test with COLLAB_WRITE_SURFACE=1.\n" +
            string.Join('\n', seen.Split('\n').Except(written).Select(line => "+ " + line).Concat(written.Except(seen.Split('\n')).Select(line => "- " + line))));
    }

    [Fact]
    public void The_released_version_and_this_one_understand_each_other()
    {
        var released = WireContract.Parse(File.ReadAllText(PathOf("released.txt")));
        Assert.True(released.Entries.Count > 20, $"released.txt has {released.Entries.Count} entries only.");
        Assert.Empty(WireRules.Broken(released, Current));
    }

    [Fact]
    public void What_was_written_reads_back_the_same() => Assert.Equal(Current.ToString(), WireContract.Parse(Current.ToString()).ToString());

    private static string PathOf(string file) => Path.Combine(Repository.Root, "Collab.Tests", "Wire", file);
}
