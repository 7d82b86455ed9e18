using Collab.Resilience;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Collab.Tests.Resilience;

public sealed class PipelineOptionsTests
{
    [Theory]
    [InlineData("log-append", "AttemptTimeout", "00:00:00", "Collab:Resilience:log-append:AttemptTimeout is 00:00:00; it must be 00:00:00.0100000 to 00:10:00.")]
    [InlineData("log-read", "Retries", "11", "Collab:Resilience:log-read:Retries is 11; it must be 0 to 10.")]
    [InlineData("cluster-call", "FailureRatio", "0", "Collab:Resilience:cluster-call:FailureRatio is 0; it must be 0.01 to 1.")]
    [InlineData("webhook", "MinimumThroughput", "1", "Collab:Resilience:webhook:MinimumThroughput is 1; it must be 2 to 100000.")]
    [InlineData("webhook", "TotalTimeout", "00:00:05", "Collab:Resilience:webhook:TotalTimeout is 00:00:05; it must not be below AttemptTimeout, which is 00:00:10.")]
    [InlineData("webhook", "RetryDelayLimit", "00:00:00.5", "Collab:Resilience:webhook:RetryDelayLimit is 00:00:00.5000000; it must not be below RetryDelay, which is 00:00:01.")]
    public async Task An_option_out_of_range_stops_the_host_with_its_name_value_and_range(string pipeline, string option, string value, string message)
    {
        using var host = Build($"Collab:Resilience:{pipeline}:{option}", value);
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal(message, refusal.Message);
    }

    [Fact]
    public async Task Each_pipeline_has_defaults_of_its_own_and_its_own_section()
    {
        using var host = Build("Collab:Resilience:log-append:Retries", "5");
        await host.StartAsync();
        var options = host.Services.GetRequiredService<IOptionsMonitor<PipelineOptions>>();
        Assert.Equal((5, 3), (options.Get("log-append").Retries, options.Get("log-append").MinimumThroughput));
        Assert.Equal((2, 8), (options.Get("log-read").Retries, options.Get("log-read").MinimumThroughput));
        Assert.Equal(TimeSpan.FromSeconds(60), options.Get("webhook").TotalTimeout);
        await host.StopAsync();
    }

    private static IHost Build(string key, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new(key, value)]);
        foreach (var name in Enum.GetValues<PipelineName>())
            builder.Services.AddPipeline(name, _ => true);
        return builder.Build();
    }
}
