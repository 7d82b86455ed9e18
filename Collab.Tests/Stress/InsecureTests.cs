using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Stress;

/// <summary>A server with a certificate of its own making.</summary>
public sealed class InsecureTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-stress-tls-").FullName;
    private readonly int _port = OwnPort.Take();
    private ServerProcess? _server;

    private Uri Target => new($"https://127.0.0.1:{_port}");

    public async Task InitializeAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string file = Path.Combine(_folder, "own.pfx");
        await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pfx));

        // Endpoints of the configuration stand in place of --urls, so the probe's is among them.
        var server = new ServerProcess();
        _server = server;
        await server.StartAgainAsync($"Kestrel:Endpoints:Plain:Url={server.Url}", $"Kestrel:Endpoints:Own:Url={Target}", $"Kestrel:Endpoints:Own:Certificate:Path={file}");
    }

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Is_refused_as_it_is_not_trusted()
    {
        await using var stress = StressProcess.Start(Target, "typing", "-d", "1s", "-c", "1", "--linger", "0s");
        Assert.Equal(2, await stress.WhenEndedAsync());
        Assert.Contains("SSL", stress.Output, StringComparison.Ordinal);
        Assert.Contains("--insecure", stress.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("typing")]
    [InlineData("basic")]
    public async Task Is_loaded_over_its_WebSockets_and_requests_with_insecure(string scenario)
    {
        await using var stress = StressProcess.Start(Target, scenario, "-d", "1s", "-c", "1", "--linger", "0s", "--insecure");
        int code = await stress.WhenEndedAsync();
        Assert.True(code == 0, $"It ended with {code}:\n{stress.Output}");
        Assert.Contains("errors      none", stress.Output, StringComparison.Ordinal);
    }
}
