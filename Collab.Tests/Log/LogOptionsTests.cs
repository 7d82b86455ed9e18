using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

public sealed class LogOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-log-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("QueueBytesLimit", "1", "Collab:Log:QueueBytesLimit is 1; it must be 65536–4294967296.")]
    [InlineData("FlushOperationsLimit", "0", "Collab:Log:FlushOperationsLimit is 0; it must be 1–100000.")]
    [InlineData("FlushBytesLimit", "100", "Collab:Log:FlushBytesLimit is 100; it must be 4096–268435456.")]
    [InlineData("FlushInterval", "00:00:02", "Collab:Log:FlushInterval in milliseconds is 2000; it must be 0–1000.")]
    [InlineData("ReaderConnectionsLimit", "65", "Collab:Log:ReaderConnectionsLimit is 65; it must be 1–64.")]
    [InlineData("Path", " ", "Collab:Log:Path is empty; it must name SQLite's file.")]
    public async Task An_option_out_of_range_stops_the_host_with_its_name_value_and_range(string option, string value, string message)
    {
        using var host = Build(option, value);
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(message, refusal.Message);
    }

    [Fact]
    public async Task A_store_that_cannot_be_opened_stops_the_host_with_its_own_message()
    {
        var path = Path.Combine(_folder, "collab.db");
        using var owner = SqliteFile.Own(path);
        using var host = Build("Path", path);
        var refusal = await Assert.ThrowsAsync<LogUnavailableException>(() => host.StartAsync());
        Assert.Contains($"{path} belongs to another running process", refusal.Message);
    }

    [Fact]
    public async Task Stopping_the_host_commits_what_has_queued_and_lets_the_file_go()
    {
        var path = Path.Combine(_folder, "collab.db");
        Task<AppendOutcome> append;
        using (var host = Build("Path", path))
        {
            await host.StartAsync();
            await host.Services.GetRequiredService<IOperationLog>().OpenNewAsync(Document);
            append = host.Services.GetRequiredService<ILogWriter>().AppendAsync(Append(1, Record(1)));
            await host.StopAsync();
        }

        Assert.Equal(AppendOutcome.Durable, await append);
        using var again = Build("Path", path);
        AssertSame([Record(1)], await again.Services.GetRequiredService<IOperationLog>().ReadAllAsync(Document));
    }

    [Fact]
    public void The_memory_log_is_there_for_the_asking()
    {
        using var host = Build("Provider", "memory");
        Assert.Equal("memory", host.Services.GetRequiredService<IOperationLog>().Store);
    }

    private static IHost Build(string option, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new($"Collab:Log:{option}", value)]);
        builder.Services.AddOperationLog();
        return builder.Build();
    }
}
