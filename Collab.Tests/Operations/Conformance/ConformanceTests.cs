namespace Collab.Tests.Operations.Conformance;

/// <summary>
/// The vectors in <c>conformance/</c> are what this algebra says. A change shows up here and in review; write the files anew with
/// <c>COLLAB_WRITE_CONFORMANCE=1 dotnet test --filter ConformanceTests</c>.
/// </summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Names { get; } = [.. AlgebraVectors.Files.Keys, .. DecodeVectors.Files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_vectors_are_what_the_algebra_says(string operation)
    {
        var write = AlgebraVectors.Files.GetValueOrDefault(operation) ?? DecodeVectors.Files[operation];
        var expected = write().ToString();
        var path = Path.Combine(Repository.Root, "conformance", $"{operation}.json");
        if (Environment.GetEnvironmentVariable("COLLAB_WRITE_CONFORMANCE") == "1") File.WriteAllText(path, expected);
        Assert.True(File.Exists(path), $"conformance/{operation}.json is missing.");
        var lines = File.ReadAllLines(path);
        var fresh = expected.TrimEnd('\n').Split('\n');
        for (var i = 0; i < Math.Min(lines.Length, fresh.Length); i++) Assert.Equal(fresh[i], lines[i]);
        Assert.Equal(fresh.Length, lines.Length);
    }
}
