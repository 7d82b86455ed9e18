using Collab.Silo.Operators;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
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
        services.AddAuthorization();
        // After everybody has said theirs: a host's own policy of this name stays.
        services.PostConfigure<AuthorizationOptions>(authorization =>
        {
            if (authorization.GetPolicy(CollabPolicies.Operator) is null)
                authorization.AddPolicy(CollabPolicies.Operator, policy => policy.AddRequirements(new OperatorRequirement()));
        });
        services.AddSingleton<IAuthorizationHandler, OperatorRequirementHandler>();
        services.AddSingleton<IOperators, PolicyOperators>();
        services.AddSingleton<AccessSettings>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<AnonymousAccess>();
        services.AddSingleton<CallerAuthentication>();
        services.AddSingleton<OriginCheck>();
        services.AddHostedService<AccessStart>();
        return services;
    }
}
