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
    [InlineData("WriterConnectionsLimit", "0", "Collab:Log:WriterConnectionsLimit is 0; it must be 1–64.")]
    [InlineData("CommandTimeout", "00:00:00.5", "Collab:Log:CommandTimeout in seconds is 0.5; it must be 1–300.")]
    [InlineData("Path", " ", "Collab:Log:Path is empty; it must name SQLite's file.")]
    public async Task An_option_out_of_range_stops_the_host_with_its_name_value_and_range(string option, string value, string message)
    {
        using var host = Build(option, value);
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(message, refusal.Message);
    }

    [Theory]
    [InlineData("", "collab", "Collab:Log:ConnectionString is empty; with provider postgresql it must name the database")]
    [InlineData("postgres://collab:secret@localhost/collab", "collab", "Collab:Log:ConnectionString can't be read; it must be like Host=")]
    [InlineData("Host=localhost;Password=a;secret;b", "collab", "Collab:Log:ConnectionString can't be read; it must be like Host=")]
    [InlineData("Database=collab;Password=secret", "collab", "Collab:Log:ConnectionString can't be read; it must be like Host=")]
    [InlineData("Host=localhost;Password=secret", "Collab; DROP", "Collab:Log:Schema is 'Collab; DROP'; it must be 1–63 characters of a–z 0–9 _")]
    public async Task A_database_that_is_not_named_rightly_stops_the_host_without_telling_what_was_written(string connection, string schema, string message)
    {
        using var host = Build(("Provider", "postgresql"), ("ConnectionString", connection), ("Schema", schema));
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(message, refusal.Message);
        Assert.DoesNotContain("=secret,", refusal.Message.Replace("Password=secret, a value", "", StringComparison.Ordinal));
        Assert.DoesNotContain("a;secret", refusal.Message);
        Assert.DoesNotContain(":secret", refusal.Message);
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

    private static IHost Build(string option, string value) => Build((option, value));

    private static IHost Build(params (string Option, string Value)[] options)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(options.Select(option => KeyValuePair.Create($"Collab:Log:{option.Option}", (string?)option.Value)));
        builder.Services.AddOperationLog();
        return builder.Build();
    }
}
