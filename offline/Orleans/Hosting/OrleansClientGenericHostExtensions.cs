using Orleans.Hosting;

#pragma warning disable IDE0130 // Orleans puts UseOrleansClient where every host builder is seen.
namespace Microsoft.Extensions.Hosting;

/// <summary>Puts a client of a cluster into a host: refused.</summary>
public static class OrleansClientGenericHostExtensions
{
    public static IHostApplicationBuilder UseOrleansClient(this IHostApplicationBuilder hostAppBuilder, Action<IClientBuilder> configureDelegate) =>
        throw NoCluster.Refuse(nameof(UseOrleansClient));
}
