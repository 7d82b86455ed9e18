using Collab.Silo.Readiness;
using Collab.Tests.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Collab.Tests.Silo;

public sealed class ReadinessTests
{
    [Fact]
    public async Task A_host_drains_from_the_first_word_of_its_end_on()
    {
        var host = new WebHost();
        await host.StartAsync();
        var drain = host.Services.GetRequiredService<HostDrain>();
        Assert.False(drain.HasBegun);
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.True(drain.HasBegun);
        await host.StopAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_opens_the_log_before_the_host_starts_so_that_a_start_can_wait_for_the_database()
    {
        var host = new WebHost(new Dictionary<string, string?>
        {
            ["Collab:Log:Provider"] = "postgresql",
            ["Collab:Log:ConnectionString"] = $"Host=127.0.0.1;Port={OwnPort.Take()};Database=collab;Username=collab",
        });
        Assert.NotEmpty(host.Services.GetServices<IHostedService>());
        await host.DisposeAsync();
    }
}
