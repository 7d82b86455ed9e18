using Collab.Tests.Web;

namespace Collab.Tests.Monitoring.Catalogue;

/// <summary>
/// The application in this process, where a single node is not enough: what goes wrong between a silo and a web host that is another machine happens where a filter stands between them. Requests, connections and scrapes go over real
/// sockets all the same. Other tests run in this process, so what is counted here may rise by more.
/// </summary>
internal sealed class HostStage(WebHost host) : Stage("test process", host.Http.BaseAddress!, host.Http.BaseAddress!)
{
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await host.DisposeAsync();
    }
}
