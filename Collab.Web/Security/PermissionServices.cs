using Collab.Web.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Collab.Web.Security;

/// <summary>Adds what decides who may do what, and hears when that changes.</summary>
internal static class PermissionServices
{
    public static IServiceCollection AddCollabPermissions(this IServiceCollection services)
    {
        services.TryAddSingleton<IDocumentPermissions, TokenPermissions>();
        services.AddSingleton<RoleCache>();
        services.AddSingleton<DocumentAccess>();
        services.AddSingleton<StayRoles>();
        services.AddSingleton<RevokedCredentials>();
        services.AddSingleton<LocalAccess>();
        services.AddSingleton<ClusterAccess>();
        services.AddSingleton<IAccessChanges>(provider => provider.GetRequiredService<ClusterAccess>());
        services.AddSingleton<IRevocations>(provider => provider.GetRequiredService<ClusterAccess>());
        services.AddHostedService<AccessWatch>();
        return services;
    }
}
