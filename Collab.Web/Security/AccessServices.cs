using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Collab.Web.Security;

/// <summary>Adds what finds out who somebody is.</summary>
internal static class AccessServices
{
    public static IServiceCollection AddCollabAccess(this IServiceCollection services)
    {
        services.AddOptions<AccessOptions>().BindConfiguration(AccessOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AccessOptions>, AccessOptionsRules>());
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, TokenScheme>(CollabSchemes.Token, null)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyScheme>(CollabSchemes.ApiKey, null);
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<AnonymousAccess>();
        services.AddSingleton<CallerAuthentication>();
        services.AddSingleton<OriginCheck>();
        return services;
    }
}
