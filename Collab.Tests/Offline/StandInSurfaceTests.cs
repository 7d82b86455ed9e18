using System.IO.Compression;
using System.Reflection;

namespace Collab.Tests.Offline;

/// <summary>
/// The stand-in for Orleans may offer less than Orleans, never more or other: code that compiles against it compiles against the real
/// packages. Compared with <c>orleans-api.txt.gz</c>, which lies in the folder that <c>COLLAB_SHARED</c> names, or in <c>shared</c> beside a
/// folder above the tests. Only part of an offline build: on the real packages there is no stand-in to look at.
/// </summary>
public sealed class StandInSurfaceTests
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    [Theory]
    [InlineData(typeof(Grain))]
    [InlineData(typeof(Prometheus.Metrics))]
    [InlineData(typeof(Microsoft.AspNetCore.SignalR.Client.HubConnectionBuilderHttpExtensions))]
    public void A_stand_in_says_that_it_is_one(Type type)
    {
        var engine = type.Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "CollabEngine");
        Assert.Equal("stand-in", engine.Value);
    }

    [Fact]
    public void Everything_public_in_it_is_in_Orleans()
    {
        var orleans = Read();
        var standIn = typeof(Grain).Assembly.GetTypes().Where(type => type.IsVisible).SelectMany(MembersOf).ToArray();

        Assert.True(standIn.Length > 200, $"Only {standIn.Length} members found.");
        Assert.Empty(standIn.Where(member => !orleans.Contains(member)).Order());
    }

    [Fact]
    public void Its_types_are_of_the_same_kind_and_inherit_nothing_that_Orleans_types_do_not()
    {
        var orleans = Read().Where(line => line.Contains("|type|", StringComparison.Ordinal)).ToDictionary(line => line[..line.IndexOf('|')]);

        foreach (var type in typeof(Grain).Assembly.GetTypes().Where(type => type.IsVisible))
        {
            var name = Signature.NameOf(type);
            Assert.True(orleans.TryGetValue(name, out var line), $"Orleans has no public type {name}.");
            var declaration = line.Split('|')[2].Split(" : ");
            Assert.Equal($"{name} is {declaration[0]}", $"{name} is {Signature.KindOf(type)}");
            if (type.IsEnum || type.IsSubclassOf(typeof(Delegate)))
                continue;
            var bases = declaration.Length > 1 ? SplitBases(declaration[1]) : [];
            Assert.Empty(Signature.BasesOf(type).Where(each => !bases.Contains(each)).Select(each => $"{name} : {each}"));
        }
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        var name = Signature.NameOf(type);
        foreach (var member in type.GetMembers(Declared))
        {
            if (Signature.Of(member) is { } signature)
                yield return $"{name}|{signature}";
        }
    }

    // A comma inside of <…> does not separate bases.
    private static string[] SplitBases(string list)
    {
        var depth = 0;
        var marked = string.Concat(list.Select(c => c == ',' && depth == 0 ? ';' : Depth(c)));
        return [.. marked.Split(';', StringSplitOptions.TrimEntries)];

        char Depth(char c)
        {
            depth += c == '<' ? 1 : c == '>' ? -1 : 0;
            return c;
        }
    }

    private static HashSet<string> Read()
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(Shared(), "orleans-api.txt.gz")), CompressionMode.Decompress));
        return [.. lines.ReadToEnd().Split('\n')];
    }

    private static string Shared()
    {
        if (Environment.GetEnvironmentVariable("COLLAB_SHARED") is { Length: > 0 } named)
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var shared = Path.Combine(folder.FullName, "shared");
            if (File.Exists(Path.Combine(shared, "orleans-api.txt.gz")))
                return shared;
        }
        throw new FileNotFoundException("No folder \"shared\" with orleans-api.txt.gz lies beside a folder above the tests; COLLAB_SHARED can name it.");
    }
}
