using System.Reflection;
using Collab.Client;
using Collab.Contracts;
using Collab.Operations;
using Collab.Tests.Operations;

namespace Collab.Tests.PublicSurface;

/// <summary>What others build on is written down beside this test, so that a change of it is a line in a review. COLLAB_WRITE_SURFACE=1 writes it anew.</summary>
public sealed class SurfaceTests
{
    [Theory]
    [InlineData(typeof(CollabClient))]
    [InlineData(typeof(DocumentId))]
    [InlineData(typeof(IDocumentKind))]
    public void The_public_surface_is_as_written_down(Type type)
    {
        Assembly assembly = type.Assembly;
        string path = Path.Combine(Repository.Root, "Collab.Tests", "PublicSurface", $"{assembly.GetName().Name}.txt");
        string[] seen = [.. Surface.Of(assembly)];
        if (Environment.GetEnvironmentVariable("COLLAB_WRITE_SURFACE") == "1")
            File.WriteAllText(path, string.Join('\n', seen) + "\n");
        string[] written = File.ReadAllLines(path);
        Assert.True(
            seen.SequenceEqual(written),
            $"The public surface of {assembly.GetName().Name} changed; if that is meant, run this test with COLLAB_WRITE_SURFACE=1.\n" +
            string.Join('\n', seen.Except(written).Select(line => "+ " + line.Trim()).Concat(written.Except(seen).Select(line => "- " + line.Trim()))));
    }
}
