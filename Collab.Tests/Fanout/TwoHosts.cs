using Collab.Tests.EndToEnd;
using Collab.Tests.Web;
using Collab.Web.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Fanout;

/// <summary>Two real web hosts in one process on one engine: the first brings the silo, the second has the front end alone, on the first one's grains. Before both stands a load balancer.</summary>
internal sealed class TwoHosts : IAsyncDisposable
{
    /// <param name="settings">Of both hosts.</param>
    /// <param name="first">What is put into the services of the first host, which are the silo's, too.</param>
    /// <param name="second">What is done to the services of the second host.</param>
    private TwoHosts(IDictionary<string, string?>? settings, Action<IServiceCollection>? first, Action<IServiceCollection>? second)
    {
        First = new WebHost(settings ?? new Dictionary<string, string?>(), first);
        Second = new WebHost(settings ?? new Dictionary<string, string?>(), second, grains: () => First.Services.GetRequiredService<IGrainFactory>());
        Balancer = new Line(RouteAsync);
    }

    public WebHost First { get; }

    public WebHost Second { get; }

    /// <summary>Leads each new connection to the host that has the fewer clients, if it says that it is ready.</summary>
    public Line Balancer { get; }

    public static async Task<TwoHosts> StartAsync(
        IDictionary<string, string?>? settings = null, Action<IServiceCollection>? first = null, Action<IServiceCollection>? second = null)
    {
        var hosts = new TwoHosts(settings, first, second);
        await hosts.First.StartAsync();
        await hosts.Second.StartAsync();
        return hosts;
    }

    public async ValueTask DisposeAsync()
    {
        await Balancer.DisposeAsync();
        await Second.DisposeAsync();
        await First.DisposeAsync();
    }

    public static async Task<bool> IsReadyAsync(WebHost host)
    {
        try
        {
            using var answer = await host.Http.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<Uri?> RouteAsync()
    {
        var better = ClientsOf(Second) < ClientsOf(First) ? Second : First;
        return (await IsReadyAsync(better) ? better : First).Http.BaseAddress;

        static int ClientsOf(WebHost host) => host.Services.GetRequiredService<LocalConnections>().All.Count;
    }
}
