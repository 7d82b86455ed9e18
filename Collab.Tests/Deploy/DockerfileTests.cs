using System.Text.RegularExpressions;
using System.Xml.Linq;
using Collab.Tests.Operations;

namespace Collab.Tests.Deploy;

/// <summary>What the Dockerfile says of the sources is so: there is no Docker where this is tested, and a build that fails there would be noticed last of all.</summary>
[Collection(DeployFiles.Collection)]
public sealed partial class DockerfileTests(DeployFiles files)
{
    private IEnumerable<string> CopiedFromContext =>
        files.Dockerfile.Where(line => line is { Keyword: "COPY", Flags: var flags } && !flags.Any(flag => flag.StartsWith("--from", StringComparison.Ordinal))).SelectMany(line => line.Text.Split(' ')[..^1]);

    [Fact]
    public void Everything_that_is_copied_is_there_and_let_into_the_context()
    {
        string[] allowed = [.. File.ReadLines(Path.Combine(Repository.Root, ".dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..])];

        foreach (string source in CopiedFromContext)
        {
            Assert.True(Path.Exists(Path.Combine(Repository.Root, source)), $"{source} is copied and is not there.");
            Assert.Contains(allowed, entry => source == entry || source.StartsWith(entry + "/", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_project_that_the_hosts_are_built_from_is_restored_and_copied()
    {
        string[] needed = [.. References("Collab.Web").Append("Collab.Web").Distinct().Order(StringComparer.Ordinal)];

        Assert.Equal(needed, CopiedFromContext.Where(source => source.EndsWith(".csproj", StringComparison.Ordinal)).Select(source => source.Split('/')[0]).Order(StringComparer.Ordinal));
        Assert.Equal(needed, CopiedFromContext.Where(source => ProjectFolder().IsMatch(source)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_every_project_is_built_with_is_copied_before_the_restore_and_the_warnings_before_the_build()
    {
        string[] shared = [.. Directory.EnumerateFiles(Repository.Root).Select(path => Path.GetFileName(path)).Where(name => name is "global.json" or ".editorconfig" || name.StartsWith("Directory.", StringComparison.Ordinal))];

        Assert.Equal(5, shared.Length);
        Assert.Subset(CopiedFromContext.ToHashSet(), shared.ToHashSet());
    }

    [Theory]
    [InlineData("silo", "Collab.Silo")]
    [InlineData("web", "Collab.Web")]
    public void An_image_runs_as_nobody_and_checks_itself_where_it_listens(string stage, string program)
    {
        var lines = files.Dockerfile.SkipWhile(line => line.Text != $"host AS {stage}").Skip(1).TakeWhile(line => line.Keyword != "FROM").ToList();

        Assert.Contains(lines, line => line is { Keyword: "ENTRYPOINT" } && line.Text == $"""["dotnet", "{program}.dll"]""");
        Assert.Contains(lines, line => line is { Keyword: "CMD", Text: """["--urls", "http://*:8080"]""" });
        Assert.Contains(lines, line => line is { Keyword: "HEALTHCHECK" } && line.Text == $"""CMD ["dotnet", "{program}.dll", "health", "http://127.0.0.1:8080/health/ready"]""");
        Assert.DoesNotContain(lines, line => line.Keyword is "USER" or "RUN");
        Assert.Contains(files.Dockerfile, line => line is { Keyword: "USER", Text: "1654" });
    }

    [Fact]
    public void The_runtime_is_that_of_the_projects()
    {
        string framework = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("TargetFramework").Single().Value.Replace("net", "", StringComparison.Ordinal);

        Assert.All(files.Dockerfile.Where(line => line.Keyword == "FROM" && line.Text.Contains("/dotnet/", StringComparison.Ordinal)), line => Assert.Contains($":{framework}", line.Text, StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(string project) =>
        XDocument.Load(Path.Combine(Repository.Root, project, $"{project}.csproj")).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
            .SelectMany(name => References(name).Append(name));

    [GeneratedRegex(@"^Collab\.\w+$")]
    private static partial Regex ProjectFolder();
}
